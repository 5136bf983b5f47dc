"""The seven parameters: names, ranges, presets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from visavis.errors import ConfigError
from visavis.lips.likeness import natural_spec
from visavis.lips.natural import NaturalPass
from visavis.lips.natural_settings import PARAMETER_NAMES, NaturalSettings

DEFAULT, SIBILANT = NaturalSettings(), NaturalSettings.preset("sibilant")


def test_the_defaults_are_the_default_preset() -> None:
    assert NaturalSettings.preset("default") == DEFAULT
    wanted = replace(DEFAULT, key_viseme_preference=0.8, similarity_threshold=0.3)
    assert replace(wanted, critical_viseme_min_duration_ms=100) == SIBILANT
    assert set(PARAMETER_NAMES.values()) == set(natural_spec()["presets"]["default"])
    with pytest.raises(ConfigError, match="no preset 'shouting'"):
        NaturalSettings.preset("shouting")


def test_settings_by_the_names_that_users_know() -> None:
    named = NaturalSettings.from_names({"mergeWindow": 50, "preserveSilence": False})
    assert named == replace(DEFAULT, merge_window_ms=50, preserve_silence=False)
    assert NaturalSettings.from_names({"mergeWindow": 50}, preset="sibilant") == replace(
        SIBILANT, merge_window_ms=50
    )
    with pytest.raises(ConfigError, match="no parameter 'merge_window'"):
        NaturalSettings.from_names({"merge_window": 50})
    with pytest.raises(ConfigError, match="merge_window_ms must lie between"):
        NaturalSettings.from_names({"mergeWindow": -50})


@pytest.mark.parametrize("field", PARAMETER_NAMES)
@pytest.mark.parametrize("wrong", [-1, 501, float("nan"), float("inf"), "80", None])
def test_settings_out_of_range_are_refused_by_name(field: str, wrong: Any) -> None:
    with pytest.raises(ConfigError, match=field):
        NaturalSettings(**{field: wrong})


def test_a_share_above_1_and_a_number_for_a_choice_are_refused() -> None:
    with pytest.raises(ConfigError, match="key_viseme_preference must lie between 0 and 1"):
        NaturalSettings(key_viseme_preference=60)
    with pytest.raises(ConfigError, match="preserve_silence must be true or false"):
        NaturalSettings(preserve_silence=1)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ConfigError, match="merge_window_ms must be a number"):
        NaturalSettings(merge_window_ms=True)


@pytest.mark.parametrize("rate_hz", [0, -1, 999, 400_000])
def test_what_is_no_sample_rate_is_refused(rate_hz: int) -> None:
    with pytest.raises(ConfigError, match="no sample rate"):
        NaturalPass(rate_hz)
