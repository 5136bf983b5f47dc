"""The edge at which the lexicon is loaded from the model store."""

from __future__ import annotations

from functools import cache

from visavis.errors import ModelMissingError
from visavis.lips.letters import letter_model
from visavis.lips.lexicon import (
    Lexicon,
    letters_only,
    parse_dictionary,
    parse_other_pronunciations,
)
from visavis.models.catalogue import CMUDICT
from visavis.models.store import ModelStore


def load_lexicon(store: ModelStore) -> Lexicon:
    """The dictionary of the store, with the letters' rules behind it.

    Raises ModelMissingError if the dictionary is not there.
    """
    text = store.path(CMUDICT).read_text(encoding="utf-8")
    return Lexicon(letter_model(), parse_dictionary(text), parse_other_pronunciations(text))


@cache
def best_lexicon() -> Lexicon:
    """The store's lexicon, read once; on a machine without the dictionary, the rules alone."""
    try:
        return load_lexicon(ModelStore())
    except ModelMissingError:
        return letters_only()
