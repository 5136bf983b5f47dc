"""Where the content of a reply begins: behind a canned opener, which is a reaction only. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from visavis.bench.figures import plain
from visavis.wire.messages import ReplyPhrase


def content_start_sample(phrases: Sequence[ReplyPhrase], openers: Sequence[str]) -> int:
    """The reply's sample at which its first phrase begins that is no part of an opener.

    A reply that is (so far) nothing but an opener has its content after all that is known of it.
    """
    heads = [plain(opener) for opener in openers]
    said = ""
    end_sample = 0
    for phrase in phrases:
        said = f"{said} {plain(phrase.text)}".strip()
        if not any(head.startswith(said) for head in heads):
            return phrase.start_sample
        end_sample = phrase.start_sample + phrase.n_samples
    return end_sample
