"""How the ear was trained: `python -m training`. Not part of the package."""
