"""Write spec/vectors/features.json and ear.json: what both languages must make of the same samples.

    python -m tools.ear_vectors

Only after a change of visavis/lips/features.py that is meant; the net must be trained anew then.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tests.lips.ear_by_hand import noisy_sound, weights_file

from visavis.lips.ear import Ear
from visavis.lips.features import HOP_SAMPLES, RATE_HZ, Floats, features_of
from visavis.lips.net import weights_from

FOLDER = Path(__file__).parents[1] / "spec" / "vectors"
N_SAMPLES = 2_500
N_EAR_SAMPLES = 16_000
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
    """Write the files."""
    _write_features()
    _write_ear()


def _write_ear() -> None:
    """A net that never learnt anything, as a file, and the shapes that it hears in some noise."""
    data = weights_file(seed=3)
    pcm = np.round(noisy_sound(N_EAR_SAMPLES, seed=4) * 32_767.0).clip(-32_768, 32_767)
    sound: Floats = pcm.astype(np.float32) / np.float32(32_768.0)
    ear = Ear(weights_from(data))
    spans = ear.push(sound) + ear.finish()
    shapes = [span.viseme for span in spans for _ in range(-(-span.n_samples // HOP_SAMPLES))]
    written = {
        "weights": base64.b64encode(data).decode(),
        "pcm": pcm.astype(int).tolist(),
        "delay_samples": ear.delay_samples,
        "shapes": shapes,
    }
    (FOLDER / "ear.json").write_text(json.dumps(written) + "\n", encoding="utf-8")


def _write_features() -> None:
    written: list[str] = []
    for name, sound in cases().items():
        pcm = np.round(np.clip(sound, -1.0, 1.0) * 32_767.0).astype(np.int16)
        frames = features_of(pcm.astype(np.float32) / np.float32(32_768.0))
        rows = [[round(float(value), 5) for value in frame] for frame in frames]
        written.append(json.dumps({"name": name, "pcm": pcm.tolist(), "frames": rows}))
    body = ",\n".join(written)
    about = json.dumps({"rate_hz": RATE_HZ, "tolerance": TOLERANCE})[1:-1]
    (FOLDER / "features.json").write_text(f'{{{about}, "cases": [\n{body}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
