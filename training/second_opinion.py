"""Labels of what PocketSphinx could not align: by the reader, which learnt from what it could.

PocketSphinx gives up words of acted speech, mostly at the end of a line, and calls them silence
(`recordings.doubted`). Whoever has heard hours of the same actors finds them. What neither the text
nor silence explains is IGNORED, and where that is much the text is not what is said.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Mapping
from hashlib import sha256

from training import judge
from training.dictionary import lexicon
from training.recordings import IGNORED, NO_LABELS, Timed, doubted, load, timed_from
from training.settings import key_of, root
from training.workers import each
from visavis.hear.audio import float_from_pcm
from visavis.lips.align import Piece, align, free_share, rules_for
from visavis.lips.features import MS_PER_FRAME
from visavis.lips.graph import Kind
from visavis.lips.lexicon import Lexicon
from visavis.lips.net import Weights, weights_from
from visavis.lips.text import words_of
from visavis.lips.whole import features_of_whole, hear_whole

MOST_FREE = 0.1
"""Of the sounding frames; more that the text does not explain, and nothing is learnt of it."""

_who: list[tuple[Weights, Lexicon]] = []


def prepare(weights: bytes, words: Lexicon) -> None:
    """In a worker process."""
    _who.append((weights_from(weights), words))


def opinion(item: tuple[str, str]) -> Timed:
    """When the phones of a recording are said; `item` is its key and its text.

    No phones if the text does not fit, or where it calls silence what is loud.
    """
    key, text = item
    weights, known = _who[-1]
    pcm = load(key).pcm
    said = [known.pronunciations(one) for word in words_of(text, known) for one in word.spoken]
    rules, log_prior = rules_for(weights)
    pieces = align(
        hear_whole(weights, features_of_whole(float_from_pcm(pcm))), said, rules, log_prior
    )
    if not pieces or free_share(pieces) > MOST_FREE:
        return NO_LABELS
    return doubted(_timed(pieces, len(pcm)), pcm)


def _timed(pieces: Iterable[Piece], n_samples: int) -> Timed:
    """Both shapes of a diphthong are one phone, as in all labels."""
    phones: list[int] = []
    seconds: list[float] = []
    before = None
    for piece in pieces:
        place = piece.place
        phone = IGNORED if place.kind is Kind.FREE else place.phone
        if (phone, place.word) == before:
            seconds[-1] += piece.n_frames * MS_PER_FRAME / 1_000.0
        else:
            phones.append(phone)
            seconds.append(piece.n_frames * MS_PER_FRAME / 1_000.0)
        before = (phone, place.word)
    return timed_from(phones, seconds, n_samples)


def opinions(weights: bytes, texts: Mapping[str, str], n_workers: int) -> dict[str, Timed]:
    """The labels of those recordings whose text the reader finds in them.

    Args:
        weights: of the reader, as a file.
        texts: what is said in each recording, by its key.
        n_workers: processes that listen.
    """
    source = inspect.getsource(sys.modules[__name__])
    items = sorted(texts.items())
    path = root() / "labels" / f"{key_of(sha256(weights).digest(), items, source)}.npz"
    if not path.is_file():
        found = each(opinion, items, "Aligning again", n_workers, prepare, (weights, lexicon()))
        judge.save(path, dict(zip(sorted(texts), found, strict=True)))
    return {key: timed for key, timed in judge.read(path).items() if len(timed.phones)}
