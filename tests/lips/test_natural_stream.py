"""The natural pass as a stream: what must hold for any spans, any settings, any cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lips.sentences import RATE_HZ, SENTENCES, joined, ms, spans_ms, spans_of
from visavis.lips.coarticulation import MAX_DELAY_MS, MAX_GAIN_MS, PAUSE_MS
from visavis.lips.likeness import likeness
from visavis.lips.natural import NaturalPass, naturalize
from visavis.lips.natural_settings import NaturalSettings
from visavis.lips.phonemes import SIL, table
from visavis.lips.spans import Span

DEFAULT, SIBILANT = NaturalSettings(), NaturalSettings.preset("sibilant")
PP, FF, AA = (table().index(name) for name in "PP FF aa".split())


def at(spans: Sequence[Span], sample: int) -> int:
    return next(s.viseme for s in spans if s.start_sample <= sample < s.end_sample)


numbers_ms = st.floats(0, 300)
shares = st.floats(0, 1)
any_settings = st.builds(
    NaturalSettings, numbers_ms, numbers_ms, shares, st.booleans(), shares, st.booleans(),
    numbers_ms,
)  # fmt: skip
visemes = st.integers(0, len(table().order) - 1) | st.sampled_from([SIL, PP, FF])
lengths = st.integers(0, ms(120)) | st.integers(0, 3) | st.integers(0, ms(450))


@st.composite
def speech(draw: st.DrawFn) -> tuple[Span, ...]:
    spans: list[Span] = []
    end = 0
    for viseme, n_samples in draw(st.lists(st.tuples(visemes, lengths), max_size=30)):
        start, end = end, end + n_samples
        spans.append(Span(viseme, start, end, draw(shares) if viseme != SIL else 0.0))
    return tuple(spans)


# ------------------------------------------------------------------ what must hold, whatever comes


@given(speech(), any_settings)
def test_it_covers_what_went_in_without_gaps_or_equal_neighbours(
    spans: tuple[Span, ...], settings: NaturalSettings
) -> None:
    natural = naturalize(spans, RATE_HZ, settings)
    assert all(span.n_samples > 0 for span in natural)
    assert all(a.end_sample == b.start_sample for a, b in pairwise(natural))
    assert all(a.viseme != b.viseme for a, b in pairwise(natural))
    whole = joined(spans)
    if whole:
        assert natural[0].start_sample == whole[0].start_sample == 0
        assert natural[-1].end_sample == whole[-1].end_sample
    else:
        assert natural == ()


@given(speech(), any_settings.filter(lambda settings: settings.preserve_critical_visemes))
def test_a_critical_shape_is_there_for_as_long_as_it_sounds(
    spans: tuple[Span, ...], settings: NaturalSettings
) -> None:
    """Only the onset of the next critical shape may take some of its end, and never all of it."""
    natural, whole = naturalize(spans, RATE_HZ, settings), joined(spans)
    critical = set(likeness().critical)
    if settings.key_viseme_preference >= 0.7:
        critical |= likeness().critical_by_preference
    kept = [span for span in whole if span.viseme in critical]
    for span, after in zip(kept, [*kept[1:], None], strict=False):
        end = span.end_sample
        if after is not None:
            end = max(span.start_sample + 1, min(end, after.start_sample - ms(MAX_GAIN_MS)))
        assert {at(natural, sample) for sample in (span.start_sample, end - 1)} == {span.viseme}


@given(speech(), any_settings)
def test_no_shape_begins_more_than_60_ms_before_its_sound(
    spans: tuple[Span, ...], settings: NaturalSettings
) -> None:
    """A silence within speech may: what stands alone between two silences falls silent."""
    for span in naturalize(spans, RATE_HZ, settings):
        if span.viseme != SIL:
            window = (span.start_sample - ms(MAX_DELAY_MS), span.start_sample + ms(MAX_GAIN_MS))
            assert any(
                s.viseme == span.viseme and s.start_sample <= window[1] and s.end_sample > window[0]
                for s in joined(spans)
            )


@given(speech(), any_settings.filter(lambda settings: settings.preserve_silence))
def test_every_pause_stays(spans: tuple[Span, ...], settings: NaturalSettings) -> None:
    """And is as long, but for the onset of what follows it."""
    natural, whole = naturalize(spans, RATE_HZ, settings), joined(spans)
    for span in whole[1:]:
        if span.viseme == SIL and span.n_samples >= ms(PAUSE_MS):
            kept = max(ms(PAUSE_MS), span.n_samples - ms(MAX_GAIN_MS))
            assert at(natural, span.start_sample) == SIL
            assert at(natural, span.start_sample + kept - 1) == SIL


@given(speech(), any_settings)
def test_silence_at_the_ends_stays(spans: tuple[Span, ...], settings: NaturalSettings) -> None:
    natural, whole = naturalize(spans, RATE_HZ, settings), joined(spans)
    if whole and whole[0].viseme == SIL:
        assert natural[0].viseme == SIL
    if whole and whole[-1].viseme == SIL:
        assert natural[-1].viseme == SIL
        assert natural[-1].start_sample <= whole[-1].start_sample


@given(speech())
def test_a_pause_shorter_than_200_ms_does_not_close_the_mouth(spans: tuple[Span, ...]) -> None:
    for span in naturalize(spans, RATE_HZ)[1:-1]:
        assert span.viseme != SIL or span.n_samples >= ms(PAUSE_MS)


@given(speech())
def test_nothing_flashes_but_what_is_critical(spans: tuple[Span, ...]) -> None:
    """At the ends of the stream a shape may lack a neighbour that could take or give time."""
    for span in naturalize(spans, RATE_HZ)[1:-1]:
        if span.viseme not in likeness().critical:
            assert span.n_samples >= ms(DEFAULT.min_viseme_interval_ms)


# ------------------------------------------------------------------ the stream


@given(speech(), any_settings, st.data())
def test_how_the_spans_are_cut_changes_nothing(
    spans: tuple[Span, ...], settings: NaturalSettings, data: st.DataObject
) -> None:
    pieces: list[Span] = []
    for span in spans:
        cut = data.draw(st.integers(span.start_sample, span.end_sample))
        pieces += [replace(span, end_sample=cut), replace(span, start_sample=cut)]
    natural_pass = NaturalPass(RATE_HZ, settings)
    streamed: list[Span] = []
    while pieces:
        n_pushed = data.draw(st.integers(0, len(pieces)))
        streamed += natural_pass.push(pieces[:n_pushed] or pieces[:1])
        del pieces[: n_pushed or 1]
        natural_pass.settings = replace(settings)  # an equal one, as if made for each frame
    assert (*streamed, *natural_pass.finish()) == naturalize(spans, RATE_HZ, settings)


@given(speech(), any_settings, st.integers(ms(1), ms(40)))
def test_a_span_is_given_out_within_the_look_ahead(
    spans: tuple[Span, ...], settings: NaturalSettings, step: int
) -> None:
    """Also where a shape is held for long: the source gives it in pieces."""
    natural = naturalize(spans, RATE_HZ, settings)
    natural_pass = NaturalPass(RATE_HZ, settings)
    look_ahead = natural_pass.look_ahead_ms * RATE_HZ / 1_000.0 + 1e-6
    n_settled = 0
    for span in spans:
        for start in range(span.start_sample, span.end_sample, step):
            end = min(start + step, span.end_sample)
            n_settled += len(natural_pass.push([replace(span, start_sample=start, end_sample=end)]))
            due = sum(s.end_sample <= end - look_ahead for s in natural)
            assert n_settled >= due
            if (begun := natural_pass.begun) is not None:
                known = natural[n_settled]
                assert (begun.viseme, begun.start_sample) == (known.viseme, known.start_sample)
                assert begun.end_sample <= max(known.end_sample, end)


def test_the_look_ahead_is_490_ms() -> None:
    assert NaturalPass(16_000).look_ahead_ms == 490.0


def test_a_silence_that_lasts_is_known_while_it_lasts() -> None:
    """Or the mouth would stay open until somebody speaks again."""
    natural_pass = NaturalPass(RATE_HZ)
    speech_end = spans_ms(("aa", 150))[-1].end_sample
    natural_pass.push(spans_ms(("aa", 150)))
    assert natural_pass.push([Span(SIL, speech_end, speech_end + ms(150), 0.0)]) == ()
    settled = natural_pass.push([Span(SIL, speech_end + ms(150), speech_end + ms(210), 0.0)])
    assert [span.viseme for span in settled] == [AA]
    begun = natural_pass.begun
    assert begun is not None
    assert (begun.viseme, begun.start_sample) == (SIL, speech_end)


def test_an_hour_of_speech_takes_no_more_memory_than_a_minute() -> None:
    natural_pass = NaturalPass(RATE_HZ)
    most, n_out, end = 0, 0, 0
    for _ in range(120):
        for text in list(SENTENCES.values())[:2]:
            for span in spans_of(text):
                n_samples, start = span.n_samples, end
                end = start + n_samples
                n_out += len(natural_pass.push([Span(span.viseme, start, end, span.weight)]))
                most = max(most, len(natural_pass._runs))  # pyright: ignore[reportPrivateUsage]
    assert n_out > 3_000
    assert most <= 12


def test_reset_forgets_the_spans_and_keeps_the_settings() -> None:
    natural_pass = NaturalPass(RATE_HZ, SIBILANT)
    natural_pass.push(spans_of(SENTENCES["Can I use it without the internet?"]))
    natural_pass.reset()
    assert natural_pass.begun is None
    assert natural_pass.settings == SIBILANT
    spans = spans_ms(("aa", 100), ("PP", 50), ("sil", 300))
    again = (*natural_pass.push(spans), *natural_pass.finish())
    assert again == naturalize(spans, RATE_HZ, SIBILANT)


@given(speech(), speech(), any_settings, any_settings)
def test_other_settings_hold_for_the_spans_pushed_after_them(
    first: tuple[Span, ...], then: tuple[Span, ...], old: NaturalSettings, new: NaturalSettings
) -> None:
    """How much of the first part had been given out by then plays no part."""
    offset = first[-1].end_sample if first else 0
    then = tuple(
        replace(s, start_sample=s.start_sample + offset, end_sample=s.end_sample + offset)
        for s in then
    )

    def streamed(pushes: Iterable[Sequence[Span]]) -> tuple[Span, ...]:
        natural_pass = NaturalPass(RATE_HZ, old)
        out = [span for push in pushes for span in natural_pass.push(push)]
        natural_pass.settings = new
        return (*out, *natural_pass.push(then), *natural_pass.finish())

    assert streamed([first]) == streamed([[span] for span in first])


def test_other_settings_take_effect_without_a_reset() -> None:
    keep_all = NaturalSettings(0, 0, critical_viseme_min_duration_ms=0)
    short = spans_ms(("aa", 200), ("kk", 30), ("aa", 200), ("kk", 30), ("aa", 200))
    natural_pass = NaturalPass(RATE_HZ)
    out = list(natural_pass.push(short[:3]))
    natural_pass.settings = keep_all
    out += [*natural_pass.push(short[3:]), *natural_pass.finish()]
    assert [table().order[span.viseme] for span in out] == ["aa", "kk", "aa"]
    assert out[0].end_sample == short[2].end_sample


@pytest.mark.parametrize(
    "wrong",
    [
        [Span(AA, 0, 100), Span(PP, 120, 200)],
        [Span(AA, 0, 100), Span(PP, 80, 200)],
        [Span(AA, 100, 0)],
        [Span(AA, -10, 20)],
        [Span(15, 0, 10)],
        [Span(-1, 0, 10)],
        [Span(AA, 0, 10, 1.5)],
        [Span(AA, 0, 10, float("nan"))],
    ],
)
def test_what_is_no_timeline_is_refused_whole(wrong: list[Span]) -> None:
    natural_pass = NaturalPass(RATE_HZ)
    with pytest.raises(ValueError, match=r"span|viseme|weight"):
        natural_pass.push(wrong)
    assert natural_pass.finish() == ()
