"""How the ear was trained: `python -m training`. Not part of the package."""

import os

# Matrices this small are slower on two threads, and the processes are two already. Before numpy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
