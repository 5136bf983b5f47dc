"""The lexicon of the model store, for the commands here."""

from __future__ import annotations

from visavis.lips.lexicon import Lexicon, parse_dictionary
from visavis.models import CMUDICT, ModelStore
from visavis.models.lexicon import load_lexicon


def dictionary() -> dict[str, str]:
    """The dictionary's words and phones, before there are rules. Raises ModelMissingError."""
    return parse_dictionary(ModelStore().path(CMUDICT).read_text("utf-8"))


def lexicon() -> Lexicon:
    """The dictionary with the letters' rules behind it. Raises ModelMissingError."""
    return load_lexicon(ModelStore())
