"""Coughs and their kin, made of noise and pulses: no recording whose licence we'd have to ask for.

| noise | what it is made of | source |
|---|---|---|
| cough | a glottal burst of 30 to 60 ms, a noisy phase of about 200 ms, often a voiced end | [1] |
| throat | creaky pulses, 70 to 110 Hz, with noise: a cleared throat | [2] |
| sneeze | a burst of bright noise, then a short vowel that falls | [2] |
| laugh | breathy notes of 75 ms, one every 210 ms | [3] |

Resonators are those of a formant synthesiser (Klatt 1980, "Software for a cascade/parallel formant
synthesizer"). Silero takes most of them for speech at some moment, so they put the verdict to the
test; "Ahem" and "Hahaha" of lines.yaml, said by the corpus' voices, do so longer.

[1] Korpáš, Sadloňová and Vrabec 1996, "Analysis of the cough sound: an overview": the phases and
their lengths. [2] By ear, from no measurement. [3] Provine and Yong 1991, "Laughter: a stereotyped
human vocalization". Pure, and the same for the same seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from visavis.hear.audio import RATE_HZ

Noise = Literal["cough", "throat", "sneeze", "laugh"]
NOISES: tuple[Noise, ...] = get_args(Noise)

Floats = NDArray[np.float64]
_NEUTRAL_HZ = (500.0, 1_500.0, 2_500.0, 3_500.0)
"""A tract of 17 cm, open at the lips and shaped like nothing in particular (Fant 1960)."""
_OPEN_HZ = (700.0, 1_200.0, 2_600.0, 3_500.0)
"""An open mouth, as in "ha"."""
_BREATH_BANDWIDTH_HZ = 180.0
"""Wide: the glottis is open."""
_VOICE_BANDWIDTH_HZ = 80.0
_TILT = 0.95
"""Of voiced sound: glottis and lips together take 6 dB an octave."""


def make_noise(kind: Noise, seed: int, peak_dbfs: float) -> NDArray[np.float32]:
    """Return one of its kind, float32 [n] at 16 kHz, 0.2 to 1.1 s long; each seed sounds another.

    It begins with its first sound and its loudest sample is at `peak_dbfs`.
    """
    random = np.random.default_rng([seed, NOISES.index(kind)])
    sound = _MAKERS[kind](random)
    peak = 10.0 ** (peak_dbfs / 20.0)
    return (sound * peak / np.max(np.abs(sound))).astype(np.float32)


def _cough(random: np.random.Generator) -> Floats:
    size = float(random.uniform(0.85, 1.2))
    burst = _breath(float(random.uniform(30, 60)), size, random)
    blown = _breath(float(random.uniform(160, 240)), size, random)
    parts = [_shaped(burst, 2, 15), _shaped(blown, 5, 120)]
    if random.random() < 0.5:
        end = _voice(float(random.uniform(60, 120)), float(random.uniform(110, 260)), 0.8, random)
        parts.append(_shaped(_voiced(end, size), 10, 60))
    single = np.concatenate([_levelled(parts[0]), *(_levelled(p) * 0.4 for p in parts[1:])])
    if random.random() < 0.4:  # a fit of two
        gap = np.zeros(_samples(float(random.uniform(80, 160))))
        return np.concatenate([single, gap, single * 0.7])
    return single


def _throat(random: np.random.Generator) -> Floats:
    size = float(random.uniform(0.85, 1.15))
    ms = float(random.uniform(220, 420))
    creak = _voice(ms, float(random.uniform(70, 110)), 0.9, random, jitter=0.12)
    rough = _voiced(creak, size) + 0.4 * _breath(ms, size, random)
    return _shaped(rough, 15, 100)


def _sneeze(random: np.random.Generator) -> Floats:
    size = float(random.uniform(0.85, 1.15))
    hiss = _bright(_breath(float(random.uniform(120, 220)), size, random))
    vowel = _voice(float(random.uniform(120, 200)), float(random.uniform(160, 320)), 0.6, random)
    return np.concatenate(
        [_levelled(_shaped(hiss, 4, 30)), _levelled(_shaped(_voiced(vowel, size), 10, 110)) * 0.7]
    )


def _laugh(random: np.random.Generator) -> Floats:
    size = float(random.uniform(0.85, 1.15))
    pitch_hz = float(random.uniform(180, 420))
    notes: list[Floats] = []
    for number in range(int(random.integers(2, 6))):
        note = _voiced(_voice(75.0, pitch_hz * 0.95**number, 0.95, random), size)
        breath = _breath(75.0, size, random)
        sounding = _shaped(note + 0.3 * breath, 12, 30) * 0.85**number
        notes += [sounding, np.zeros(_samples(210.0) - len(sounding))]
    return np.concatenate(notes[:-1])


_MAKERS: Mapping[Noise, Callable[[np.random.Generator], Floats]] = {
    "cough": _cough,
    "throat": _throat,
    "sneeze": _sneeze,
    "laugh": _laugh,
}


def _samples(ms: float) -> int:
    return round(ms * RATE_HZ / 1_000.0)


def _breath(ms: float, size: float, random: np.random.Generator) -> Floats:
    """Noise through the tract, RMS 1."""
    noise = random.standard_normal(_samples(ms))
    return _coloured(noise, [hz * size for hz in _NEUTRAL_HZ], _BREATH_BANDWIDTH_HZ)


def _voice(
    ms: float, pitch_hz: float, fall: float, random: np.random.Generator, jitter: float = 0.02
) -> Floats:
    """Pulses of a glottis; the pitch ends at `fall` of where it began."""
    sound = np.zeros(_samples(ms))
    at = 0.0
    while at < len(sound):
        sound[int(at)] = 1.0
        hz = pitch_hz * (1.0 - (1.0 - fall) * at / len(sound))
        at += RATE_HZ / hz * max(0.5, 1.0 + jitter * float(random.standard_normal()))
    for n in range(1, len(sound)):
        sound[n] += _TILT * sound[n - 1]
    return sound - float(np.mean(sound))


def _voiced(pulses: Floats, size: float) -> Floats:
    """Pulses through an open mouth, RMS 1; a tract 1/`size` as long has higher formants."""
    return _coloured(pulses, [hz * size for hz in _OPEN_HZ], _VOICE_BANDWIDTH_HZ)


def _bright(sound: Floats) -> Floats:
    """What is left when teeth are in the way: little below 2 kHz."""
    hz = np.fft.rfftfreq(len(sound), 1.0 / RATE_HZ)
    return np.fft.irfft(np.fft.rfft(sound) * (hz / 2_000.0) / np.hypot(1.0, hz / 2_000.0))[
        : len(sound)
    ]


def _coloured(source: Floats, formants_hz: Sequence[float], bandwidth_hz: float) -> Floats:
    """Through one resonator of two poles after the other (Klatt 1980), RMS 1."""
    n_fft = 4 * len(source)
    delay = np.exp(-2j * np.pi * np.fft.rfftfreq(n_fft))
    radius = float(np.exp(-np.pi * bandwidth_hz / RATE_HZ))
    gain = np.ones(len(delay), dtype=np.complex128)
    for formant_hz in formants_hz:
        turn = 2.0 * radius * float(np.cos(2.0 * np.pi * formant_hz / RATE_HZ))
        gain *= (1.0 - turn + radius**2) / (1.0 - turn * delay + (radius * delay) ** 2)
    return _levelled(np.fft.irfft(np.fft.rfft(source, n_fft) * gain)[: len(source)])


def _shaped(sound: Floats, rise_ms: float, fall_ms: float) -> Floats:
    """With a beginning and an end."""
    n_rise, n_fall = _samples(rise_ms), min(_samples(fall_ms), len(sound))
    shape = np.ones(len(sound))
    shape[:n_rise] *= np.linspace(0.0, 1.0, n_rise)[: len(sound)]
    shape[len(sound) - n_fall :] *= np.linspace(1.0, 0.0, n_fall) ** 2
    return sound * shape


def _levelled(sound: Floats) -> Floats:
    return sound / max(float(np.sqrt(np.mean(sound**2))), 1e-12)
