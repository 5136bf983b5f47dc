"""Which segment of a hypothesis stands for which one of a reference: one to one. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from visavis.bench.lips.track import Run


def match_segments(
    reference: Sequence[Run], found: Sequence[Run], tolerance_ms: float
) -> tuple[tuple[int, int], ...]:
    """Pairs (index in reference, index in found) of segments within `tolerance_ms` of each other.

    Two segments may be paired if they overlap, or if at most `tolerance_ms` of other shapes lie
    between them. Nothing is in two pairs, and there are as many pairs as possible: one long
    closure does not stand for two. Both lists ascend and do not overlap in themselves, so the
    segments that one may be paired with are neighbours, and taking the earliest free one is best.
    """
    pairs: list[tuple[int, int]] = []
    at = 0
    for index, segment in enumerate(found):
        while at < len(reference) and segment.start_ms - reference[at].end_ms > tolerance_ms:
            at += 1
        if at < len(reference) and reference[at].start_ms - segment.end_ms <= tolerance_ms:
            pairs.append((at, index))
            at += 1
    return tuple(pairs)


def match_onsets(
    reference: Sequence[float], found: Sequence[float], within_ms: float
) -> tuple[float, ...]:
    """Offsets found - reference, ms, of onsets paired one to one, at most `within_ms` apart.

    The nearest pair is made first, then the nearest of what is left; of equally near ones the
    earlier. So an offset is never large because a neighbour took the place. Both lists ascend; the
    result is in the order of the reference.
    """
    candidates = sorted(
        (abs(found[j] - here), i, j)
        for i, here in enumerate(reference)
        for j in range(bisect_left(found, here - within_ms), bisect_right(found, here + within_ms))
    )
    pair_of: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in candidates:
        if i not in pair_of and j not in taken:
            pair_of[i] = j
            taken.add(j)
    return tuple(found[j] - reference[i] for i, j in sorted(pair_of.items()))
