"""Other rooms, microphones, neighbours and sizes of mouth. Nothing here moves a sound in time but
`stretch` and `lead`, which are told.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

RATE_HZ = 16_000
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Augmented:
    """A recording made different."""

    sound: Floats
    stretch: float
    """How many times longer the speech is."""
    lead: int
    """Samples without speech before it."""


def plain(sound: Floats) -> Augmented:
    """As it is."""
    return Augmented(sound, 1.0, 0)


def augmented(sound: Floats, others: list[Floats], random: np.random.Generator) -> Augmented:
    """Each change with its own chance; `others` are people who may talk behind."""
    stretch = 1.0
    if random.random() < 0.7:  # pitch, formants and tempo together; up to a child's
        stretch = math.exp(-random.uniform(math.log(0.85), math.log(1.35)))
        sound = soxr.resample(sound, RATE_HZ, RATE_HZ * stretch).astype(np.float32)
    longest_s = 2.5 if random.random() < 0.25 else 0.8  # now and then there is much nobody says
    lead, tail = (int(random.uniform(0.05, longest_s) * RATE_HZ) for _ in range(2))
    speech = np.pad(sound, (lead, tail)).astype(np.float64)
    for first, n in ((0, lead), (len(speech) - tail, tail)):
        if random.random() < 0.5:
            _breathe(speech[first : first + n], _loudness(speech), random)
    if random.random() < 0.5:
        speech = _in_room(speech, random)
    if random.random() < 0.6:
        speech = _equalised(speech, random)
    if random.random() < 0.6:
        speech = _with_noise(speech, others, random)
    if random.random() < 0.35:
        speech = _limited(speech, float(random.choice([3_400.0, 4_000.0, 5_500.0, 7_000.0])))
    if random.random() < 0.2:
        speech = _coded(speech, random)
    peak = np.max(np.abs(speech)) + 1e-6
    gain = 10.0 ** (random.uniform(-32.0, 3.0) / 20.0)  # above 0 dB it clips
    out = np.clip(speech / peak * gain, -1.0, 1.0)
    return Augmented(out.astype(np.float32), stretch, lead)


def _in_room(speech: Doubles, random: np.random.Generator) -> Doubles:
    """A direct sound and an exponential tail behind it."""
    seconds = random.uniform(0.1, 0.5)
    n = int(seconds * RATE_HZ)
    tail = random.normal(size=n) * np.exp(-6.9 * np.arange(n) / n)
    tail[: int(0.002 * RATE_HZ)] = 0.0
    tail *= 10.0 ** (random.uniform(-20.0, -3.0) / 20.0) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    return _filtered(speech, np.fft.rfft(tail, _size(len(speech) + n)))


def _equalised(speech: Doubles, random: np.random.Generator) -> Doubles:
    """A smooth curve of ±8 dB; zero phase."""
    size = _size(len(speech) + 2_048)
    knots = np.cumsum(random.normal(size=9)) * 2.0
    knots = np.clip(knots - knots.mean(), -8.0, 8.0)
    at = np.power(np.linspace(0.0, 8.0, size // 2 + 1), 0.7) * 8.0**0.3
    gains_db = np.asarray(np.interp(at, np.arange(9.0), knots), dtype=np.float64)
    return _filtered(speech, np.power(10.0, gains_db / 20.0))


def _limited(speech: Doubles, high_hz: float) -> Doubles:
    """Telephone, old codec, cheap microphone: nothing above `high_hz`, which falls over 300 Hz."""
    size = _size(len(speech) + 2_048)
    hz = np.arange(size // 2 + 1) * RATE_HZ / size
    return _filtered(speech, np.clip(1.0 - (hz - high_hz) / 300.0, 1e-4, 1.0))


def _with_noise(speech: Doubles, others: list[Floats], random: np.random.Generator) -> Doubles:
    """Babble, coloured noise, mains hum or knocks under the speech, in its silences too."""
    kind = random.random()
    lowest_db = 3.0
    if others and kind < 0.4:
        noise = np.zeros(len(speech))
        for other in others:
            start = int(random.integers(len(other)))
            noise += np.resize(np.roll(other, -start), len(speech)) * random.uniform(0.5, 1.0)
    elif kind < 0.7:
        noise = _coloured(len(speech), random)
    else:  # what nobody says may be as loud as what somebody says
        lowest_db = -3.0
        noise = _hum(len(speech), random) if kind < 0.85 else _knocks(len(speech), random)
        noise += 0.05 * _coloured(len(speech), random) * np.std(noise)
    ratio_db = random.uniform(lowest_db, 30.0)
    noise *= _loudness(speech) / (np.sqrt(np.mean(noise**2)) + 1e-9) * 10.0 ** (-ratio_db / 20.0)
    return speech + noise


def _loudness(speech: Doubles) -> float:
    """Of what is said, without the pauses."""
    said = speech[np.abs(speech) > 0.01]
    return float(np.sqrt(np.mean(said**2))) if len(said) else 1e-3


def _breathe(pause: Doubles, loud: float, random: np.random.Generator) -> None:
    """Add breaths to a pause, in place: swelling noise with the resonances of an open mouth.

    Real speakers breathe in where synthetic ones are silent; the mouth is not shown speaking then.
    """
    for _ in range(1 + int(len(pause) / RATE_HZ)):
        n = min(int(random.uniform(0.12, 0.6) * RATE_HZ), len(pause))
        start = int(random.integers(len(pause) - n + 1))
        size = _size(max(n, 2))
        hz = np.arange(size // 2 + 1) * RATE_HZ / size
        shape = np.full(len(hz), 0.05)
        for centre_hz in random.uniform(300.0, 4_500.0, size=3):
            shape += np.exp(-0.5 * ((hz - centre_hz) / random.uniform(150.0, 900.0)) ** 2)
        breath = np.fft.irfft(np.fft.rfft(random.normal(size=size)) * shape, size)[:n]
        breath *= np.hanning(n) / (np.std(breath) + 1e-9)
        pause[start : start + n] += breath * loud * 10.0 ** (-random.uniform(12.0, 40.0) / 20.0)


def _coloured(n: int, random: np.random.Generator) -> Doubles:
    """From white to brownish, of deviation 1."""
    slope = random.uniform(0.0, 1.2)
    size = _size(n)
    shape = np.maximum(1.0, np.arange(size // 2 + 1.0)) ** -slope
    noise = np.fft.irfft(np.fft.rfft(random.normal(size=size)) * shape, size)[:n]
    return noise / (np.std(noise) + 1e-9)


def _hum(n: int, random: np.random.Generator) -> Doubles:
    """Mains or a fan: a low tone with harmonics that fall off."""
    base_hz = float(random.choice([50.0, 60.0, 100.0, 120.0, random.uniform(40.0, 300.0)]))
    seconds = np.arange(n) / RATE_HZ
    fall = random.uniform(0.5, 2.0)
    out = np.zeros(n)
    for k in range(1, 1 + int(random.integers(1, 20))):
        phase = random.uniform(0.0, 2.0 * np.pi)
        out += float(k) ** -fall * np.sin(2.0 * np.pi * base_hz * k * seconds + phase)
    return out


def _knocks(n: int, random: np.random.Generator) -> Doubles:
    """Keys, taps, a cup set down: short bursts of some colour that ring for a moment."""
    out = np.zeros(n)
    per_s = random.uniform(0.5, 6.0)
    for at in random.integers(n, size=max(1, int(n / RATE_HZ * per_s))):
        length = int(random.uniform(0.004, 0.08) * RATE_HZ)
        burst = _coloured(length, random) * np.exp(-5.0 * np.arange(length) / length)
        end = min(n, int(at) + length)
        out[at:end] += burst[: end - at] * random.uniform(0.3, 1.0)
    return out


def _coded(speech: Doubles, random: np.random.Generator) -> Doubles:
    """What a codec's coarse steps leave: µ-law with few bits."""
    levels = float(2 ** int(random.integers(4, 8)))
    peak = np.max(np.abs(speech)) + 1e-6
    folded = np.sign(speech) * np.log1p(255.0 * np.abs(speech) / peak) / np.log(256.0)
    stepped = np.rint(folded * levels) / levels
    return np.sign(stepped) * np.expm1(np.abs(stepped) * np.log(256.0)) / 255.0 * peak


def _filtered(speech: Doubles, response: NDArray[np.float64 | np.complex128]) -> Doubles:
    size = 2 * (len(response) - 1)
    return np.fft.irfft(np.fft.rfft(speech, size) * response, size)[: len(speech)]


def _size(n: int) -> int:
    return 1 << (n - 1).bit_length()
