"""pylipsync with its own defaults; visavis.bench.lips.peers describes the conversation."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
from pylipsync import PhonemeAnalyzer

LATE_MS = 41.0
"""Its window of 64 ms is centred on a frame of 16.7 ms, so it ends 41 ms after the frame begins."""

NAMES = {"aa": "aa", "ee": "E", "ih": "I", "oh": "O", "ou": "U", "silence": "sil"}


def main() -> None:
    """Answer every question on standard input."""
    analyzer = PhonemeAnalyzer()
    _say({"ready": "pylipsync 0.2.1, MIT"})
    while line := sys.stdin.buffer.readline():
        question = json.loads(line)
        data = sys.stdin.buffer.read(4 * question["n_samples"])
        try:
            _say(answer(analyzer, np.frombuffer(data, dtype="<f4"), question["rate_hz"]))
        except Exception as error:  # noqa: BLE001 - the other side has to be told, whatever it is
            _say({"error": f"{type(error).__name__}: {error}"})


def answer(analyzer: PhonemeAnalyzer, sound: np.ndarray, rate_hz: int) -> dict[str, object]:
    """What is shown, LATE_MS late."""
    began = time.process_time()
    segments = analyzer.extract_phoneme_segments(sound, rate_hz)
    cpu_s = time.process_time() - began
    late = round(LATE_MS * rate_hz / 1_000.0)
    starts: list[int] = []
    shapes: list[str] = []
    for segment in segments:
        best = segment.dominant_phoneme
        shape = NAMES[best.name] if best.target > 0 else "sil"
        if not shapes or shapes[-1] != shape:
            starts.append(int(segment.start) + late)
            shapes.append(shape)
    return {"starts": starts, "shapes": shapes, "delay_ms": LATE_MS, "cpu_s": cpu_s}


def _say(what: dict[str, object]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
