"""The seven parameters of the natural pass, and their presets. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from visavis.errors import ConfigError
from visavis.lips.likeness import natural_spec

LONGEST_MS = 500.0
"""A window longer than this would be a bug, not a taste: speech has about 10 sounds a second."""


@dataclass(frozen=True, slots=True)
class NaturalSettings:
    """The seven parameters, as users of mascot SDKs know them (there in camelCase, without units).

    They mean what docs.mascot.bot/libraries/natural-lip-sync says; where it leaves a choice:

    Attributes:
        min_viseme_interval_ms: the least time between two shapes. Shorter ones give way, unless
            they are distinctive and can be lengthened. 0 to 500.
        merge_window_ms: shapes shorter than this give way to a similar neighbour, and at all if
            they are not distinctive. 0 to 500.
        key_viseme_preference: how much being distinctive counts against being long where two
            shapes merge, and how many are distinctive enough to stay when short. 0 to 1, higher
            keeps more; from SIBILANT_PREFERENCE on TH, CH and SS are critical.
        preserve_silence: every pause of PAUSE_MS (200) or more closes the mouth, for as long as
            it was but for the onset of a critical shape behind it. If not, a pause is a shape like
            any other, and what is shorter than the windows may give way. In both cases shorter
            silences within speech are no pauses but gaps between sounds, which close no mouth, and
            silence at the ends of the stream stays.
        similarity_threshold: how alike shapes have to be to merge. 0 to 1, higher merges less.
        preserve_critical_visemes: critical shapes (PP and FF at least) never give way.
        critical_viseme_min_duration_ms: how long critical shapes are held, by beginning earlier
            where the shape before has the time. 0 to 500; 0: as long as they sound.

    Raises:
        ConfigError: a value is out of range; the message names it.
    """

    min_viseme_interval_ms: float = 40.0
    merge_window_ms: float = 60.0
    key_viseme_preference: float = 0.6
    preserve_silence: bool = True
    similarity_threshold: float = 0.4
    preserve_critical_visemes: bool = True
    critical_viseme_min_duration_ms: float = 80.0

    def __post_init__(self) -> None:
        for name, most in _MOST.items():
            value = getattr(self, name)
            if not isinstance(value, int | float) or isinstance(value, bool):
                raise ConfigError(f"{name} must be a number, not {value!r}")
            if not 0.0 <= value <= most:  # also refuses NaN
                raise ConfigError(f"{name} must lie between 0 and {most:g}, not {value!r}")
        for name in ("preserve_silence", "preserve_critical_visemes"):
            if not isinstance(getattr(self, name), bool):
                raise ConfigError(f"{name} must be true or false, not {getattr(self, name)!r}")

    @classmethod
    def preset(cls, name: str) -> NaturalSettings:
        """The settings of a preset of spec/natural.json: "default" or "sibilant".

        Raises:
            ConfigError: there is no such preset.
        """
        return cls.from_names({}, preset=name)

    @classmethod
    def from_names(
        cls, named: Mapping[str, float | bool], *, preset: str = "default"
    ) -> NaturalSettings:
        """A preset's settings, but for those given by the names that users know, in camelCase.

        Raises:
            ConfigError: there is no such preset or parameter, or a value is out of range.
        """
        presets: dict[str, dict[str, float | bool]] = natural_spec()["presets"]
        if preset not in presets:
            raise ConfigError(
                f"there is no preset '{preset}'", hint=f"There are {', '.join(presets)}."
            )
        if unknown := sorted(set(named) - set(PARAMETER_NAMES.values())):
            raise ConfigError(
                f"there is no parameter '{unknown[0]}'",
                hint=f"There are {', '.join(PARAMETER_NAMES.values())}.",
            )
        values: dict[str, Any] = {**presets["default"], **presets[preset], **named}
        return cls(**{field: values[known] for field, known in PARAMETER_NAMES.items()})


_MOST = {
    "min_viseme_interval_ms": LONGEST_MS,
    "merge_window_ms": LONGEST_MS,
    "key_viseme_preference": 1.0,
    "similarity_threshold": 1.0,
    "critical_viseme_min_duration_ms": LONGEST_MS,
}

PARAMETER_NAMES = {
    "min_viseme_interval_ms": "minVisemeInterval",
    "merge_window_ms": "mergeWindow",
    "key_viseme_preference": "keyVisemePreference",
    "preserve_silence": "preserveSilence",
    "similarity_threshold": "similarityThreshold",
    "preserve_critical_visemes": "preserveCriticalVisemes",
    "critical_viseme_min_duration_ms": "criticalVisemeMinDuration",
}
"""Each field of NaturalSettings by the name that users know."""
