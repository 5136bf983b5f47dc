"""Write spec/vectors/features.json: what both languages must make of the same samples.

    python tools/ear_vectors.py

Only after a change of visavis/lips/features.py that is meant; the net must be trained anew then.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.lips.features import RATE_HZ, features_of

PATH = Path(__file__).parents[1] / "spec" / "vectors" / "features.json"
N_SAMPLES = 2_500
TOLERANCE = 2e-3
"""Features are of about unit variance. A float32 FFT keeps it in all but the quietest bands."""


def cases() -> dict[str, NDArray[np.float64]]:
    """Sounds that reach every branch: loud and quiet, tone and noise, silence, full scale."""
    t = np.arange(N_SAMPLES) / RATE_HZ
    noise = np.random.default_rng(0).normal(size=N_SAMPLES)
    late = (t > 0.05).astype(np.float64)
    return {
        "a glide": 0.3 * np.sin(2.0 * np.pi * (200.0 + 20_000.0 * t) * t),
        "noise that begins": 0.05 * noise * late,
        "silence": np.zeros(N_SAMPLES),
        "clipped": 2.0 * np.sin(2.0 * np.pi * 150.0 * t),
        "faint": 1e-3 * noise,
    }


def main() -> None:
    """Write the file."""
    written: list[str] = []
    for name, sound in cases().items():
        pcm = np.round(np.clip(sound, -1.0, 1.0) * 32_767.0).astype(np.int16)
        frames = features_of(pcm.astype(np.float32) / np.float32(32_768.0))
        rows = [[round(float(value), 5) for value in frame] for frame in frames]
        written.append(json.dumps({"name": name, "pcm": pcm.tolist(), "frames": rows}))
    body = ",\n".join(written)
    about = json.dumps({"rate_hz": RATE_HZ, "tolerance": TOLERANCE})[1:-1]
    PATH.write_text(f'{{{about}, "cases": [\n{body}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
