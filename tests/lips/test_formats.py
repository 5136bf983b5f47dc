"""Tracks as other programs read them."""

from __future__ import annotations

import csv
import io
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.events import Cue
from visavis.lips.formats import LipTrack, TrackFormat, written
from visavis.lips.names import Naming, named
from visavis.lips.phonemes import SIL, table

RATE_HZ = 16_000
PP, AA, DD, NN = (table().index(name) for name in ("PP", "aa", "DD", "nn"))

MAP = LipTrack(
    (Cue(0, SIL, 0.0), Cue(1_600, PP, 1.0), Cue(3_200, AA, 0.8), Cue(6_400, SIL, 0.0)),
    n_samples=8_000,
    rate_hz=RATE_HZ,
    made_from="text and sound",
    sound_name="map.wav",
)


@st.composite
def tracks(draw: st.DrawFn) -> LipTrack:
    n_samples = draw(st.integers(0, 80_000))
    starts = draw(st.sets(st.integers(0, max(0, n_samples)), max_size=20))
    shapes = st.tuples(st.integers(0, 14), st.floats(0.0, 1.0))
    cues = tuple(Cue(at, *draw(shapes)) for at in sorted(starts))
    return LipTrack(cues, n_samples, draw(st.sampled_from([8_000, 22_050, 48_000])))


def test_our_own_json() -> None:
    read = json.loads(written(MAP, TrackFormat.JSON))
    cues = read.pop("cues")
    assert read == {
        "sound": "map.wav",
        "rate_hz": RATE_HZ,
        "duration_s": 0.5,
        "made_from": "text and sound",
        "naming": "oculus",
    }
    assert cues[1] == {"start_s": 0.1, "end_s": 0.2, "viseme": PP, "name": "PP", "weight": 1.0}
    assert [cue["name"] for cue in cues] == ["sil", "PP", "aa", "sil"]
    assert cues[-1]["end_s"] == 0.5


def test_tsv_with_a_head() -> None:
    assert written(MAP, TrackFormat.TSV, Naming.SAPI).splitlines() == [
        "start_s\tend_s\tname\tweight",
        "0.000\t0.100\t0\t0",
        "0.100\t0.200\t21\t1",
        "0.200\t0.400\t2\t0.8",
        "0.400\t0.500\t0\t0",
    ]


def test_rhubarbs_json_and_tsv() -> None:
    assert json.loads(written(MAP, TrackFormat.RHUBARB_JSON)) == {
        "metadata": {"soundFile": "map.wav", "duration": 0.5},
        "mouthCues": [
            {"start": 0.0, "end": 0.1, "value": "X"},
            {"start": 0.1, "end": 0.2, "value": "A"},
            {"start": 0.2, "end": 0.4, "value": "D"},
            {"start": 0.4, "end": 0.5, "value": "X"},
        ],
    }
    lines = ["0.00\tX", "0.10\tA", "0.20\tD", "0.40\tX", "0.50\tX"]
    assert written(MAP, TrackFormat.RHUBARB_TSV).splitlines() == lines


def test_what_rhubarb_does_not_tell_apart_is_one_shape() -> None:
    track = LipTrack((Cue(0, DD, 1.0), Cue(800, NN, 1.0), Cue(1_600, AA, 1.0)), 3_200, RATE_HZ)
    assert written(track, TrackFormat.RHUBARB_TSV).split() == [
        "0.00",
        "B",
        "0.10",
        "D",
        "0.20",
        "X",
    ]


def test_before_the_first_cue_the_mouth_is_shut() -> None:
    track = LipTrack((Cue(1_600, AA, 1.0),), 3_200, RATE_HZ)
    cues = json.loads(written(track, TrackFormat.JSON))["cues"]
    assert [(cue["start_s"], cue["name"]) for cue in cues] == [(0.0, "sil"), (0.1, "aa")]


@pytest.mark.parametrize("naming", list(Naming))
def test_every_viseme_has_a_name_everywhere(naming: Naming) -> None:
    names = [named(viseme, 1.0, naming) for viseme in range(len(table().order))]
    assert names[SIL].weight in (0.0, 1.0)
    assert named(SIL, 0.0, naming).weight == 0.0
    assert len({shape.name for shape in names}) >= 5
    for missing in (-1, len(table().order)):
        with pytest.raises(IndexError):
            named(missing, 1.0, naming)


def test_vrm_has_five_mouths_and_a_neutral_one() -> None:
    names = {named(viseme, 1.0, Naming.VRM).name for viseme in range(15)}
    assert names == {None, "aa", "ih", "ou", "ee", "oh"}
    assert named(PP, 1.0, Naming.VRM).weight == 0.0, "closed lips are no vowel"
    assert written(MAP, TrackFormat.TSV, Naming.VRM).splitlines()[2].split("\t")[2] == "sil"


@given(tracks(), st.sampled_from(Naming))
def test_shapes_fill_the_sound_without_a_gap(track: LipTrack, naming: Naming) -> None:
    cues = json.loads(written(track, TrackFormat.JSON, naming))["cues"]
    if track.n_samples == 0:
        assert cues == []
        return
    edges = [(cue["start_s"], cue["end_s"]) for cue in cues]
    assert edges[0][0] == 0.0
    assert edges[-1][1] == pytest.approx(track.seconds, abs=1e-6)
    assert all(before[1] == after[0] for before, after in pairwise(edges))


@given(tracks())
def test_rhubarbs_shapes_ascend_and_none_is_empty(track: LipTrack) -> None:
    cues = json.loads(written(track, TrackFormat.RHUBARB_JSON))["mouthCues"]
    assert all(cue["start"] < cue["end"] for cue in cues)
    assert all(a["value"] != b["value"] for a, b in pairwise(cues))
    rows = list(csv.reader(io.StringIO(written(track, TrackFormat.RHUBARB_TSV)), delimiter="\t"))
    assert [float(row[0]) for row in rows] == sorted(float(row[0]) for row in rows)
