"""Characters: where their text sources are, the page on which one is made, and photographs."""

from visavis.characters.sources import Motion, build_character, character_names, read_source

__all__ = ["Motion", "build_character", "character_names", "read_source"]
