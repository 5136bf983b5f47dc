"""What tests of labels share: one sentence of the real voice, kept as a recording."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.speech import CLOSURES, at_microphone
from training import recordings
from training.recordings import Recording


@dataclass(frozen=True, slots=True)
class Said:
    """CLOSURES as a recording; its first and its last audible sample."""

    key: str
    first: int
    last: int


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """It is where recordings are kept, alone."""
    sound, first, last = at_microphone(CLOSURES)
    pcm = np.round(np.clip(sound, -1.0, 1.0) * 32_767.0).astype(np.int16)
    monkeypatch.setattr(recordings, "root", lambda: tmp_path)
    recordings.save(Recording("00ff", "joe", "joe", "CC0-1.0", pcm))
    return Said("00ff", first, last)
