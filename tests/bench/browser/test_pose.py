"""The bench's mouth is the page's: spec/vectors/pose.json was written by web/src/lips.ts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from visavis.bench.browser.pose import SIL, MouthCue, openness, pose

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[3] / "spec" / "vectors" / "pose.json").read_text("utf-8")
)["cases"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_golden_poses(case: dict[str, Any]) -> None:
    cues = [MouthCue(*cue) for cue in case["cues"]]
    end = case["end_sample"]
    for known in case["poses"]:
        sample = known["heard_sample"]
        found = pose(cues, sample, case["rate_hz"], *([] if end is None else [end]))
        assert found == pytest.approx(known["weights"], abs=2e-6), sample


def test_without_cues_the_mouth_rests() -> None:
    weights = pose([], 100.0, 16_000)
    assert weights[SIL] == 1.0
    assert openness(weights) == 0.0
