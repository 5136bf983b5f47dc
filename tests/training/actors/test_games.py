"""The games' archives, made small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.actors import drascula, queen, sky
from visavis.sounds import sound_in


def queens_archive(folder: Path, files: dict[str, bytes]) -> None:
    """See `queen` for its form."""
    head = b"QTBL" + b"CEM10\0" + b"\1\0\0" + len(files).to_bytes(2, "big")
    at = len(head) + 21 * len(files)
    table = b""
    for name, data in files.items():
        table += name.encode().ljust(12, b"\0") + b"\1"
        table += at.to_bytes(4, "big") + len(data).to_bytes(4, "big")
        at += len(data)
    (folder / "queen.1c").write_bytes(head + table + b"".join(files.values()))


def test_the_queens_lines_and_who_says_them(tmp_path: Path) -> None:
    files = {"020001P2.SB": b"\xff" * 3_000, "020006J1.SB": b"\xfe" * 500, "T4.BBK": b"\1"}
    queens_archive(tmp_path, files)
    one, other = queen.lines(tmp_path)
    assert (one.name, one.role) == ("020001P2.mp3", "of 02")
    assert (one.data, one.seconds) == (files["020001P2.SB"], 1.5)
    assert (other.name, other.role) == ("020006J1.mp3", "Joe and others")


def test_the_queens_script_is_cut_where_recordings_are(tmp_path: Path) -> None:
    text = b"\x01\x00*Who are you?*11I'm Joe.*02\x00\x07ab\xffDatas   "
    queens_archive(tmp_path, {"HENRY.DOG": text, "T.SAM": b"not said at all"})
    found = list(queen.script(tmp_path))
    assert "Who are you?" in found
    assert "I'm Joe." in found
    assert not any("not said" in one for one in found)


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "queen.1c").write_bytes(b"RIFF")
    with pytest.raises(OSError, match=r"queen\.1c"):
        list(queen.lines(tmp_path))


def test_the_skys_speech_is_8_bit_sound_and_nothing_else(tmp_path: Path) -> None:
    speech = bytes([128, 255, 0, 128])
    disc = b"\0" * 32 + b"h" * 22 + speech
    entries = [(3, 0, 8), (50_007, 32 // 16 | 1 << 23, 22 + len(speech)), (60_001, 0, 4)]
    index = len(entries).to_bytes(4, "little")
    for number, offset, size in entries:
        index += number.to_bytes(2, "little")
        index += offset.to_bytes(3, "little") + size.to_bytes(3, "little")
    (tmp_path / "sky.dnr").write_bytes(index)
    (tmp_path / "sky.dsk").write_bytes(disc)
    [line] = sky.lines(tmp_path)
    assert line.name == "50007.wav"
    sound, rate_hz = sound_in(line.data)
    assert rate_hz == 11_025
    np.testing.assert_allclose(sound, [0.0, 127 / 128, -1.0, 0.0], atol=1e-6)
    assert line.seconds == len(speech) / rate_hz


def test_drasculas_lines_are_8_bit_sound_in_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "VB3.ALS").write_bytes(bytes([128, 255, 0]))
    (tmp_path / "en" / "VB3.ALG").write_bytes(b"a picture")
    [line] = drascula.lines(tmp_path)
    assert (line.name, line.role) == ("VB3.wav", "John and others")
    sound, rate_hz = sound_in(line.data)
    np.testing.assert_allclose(sound, [0.0, 127 / 128, -1.0], atol=1e-6)
    assert (rate_hz, line.seconds) == (11_025, 3 / 11_025)


def test_drasculas_script_is_small_and_without_the_lengths_before_it(tmp_path: Path) -> None:
    text = b"DRASCULA\x06\x00$PLEASE, LEND ME THE EAR-PLUGS\0\x01\x02YES.\0"
    (tmp_path / "drascula.dat").write_bytes(text)
    found = list(drascula.script(tmp_path))
    assert "please, lend me the ear-plugs" in found
    assert "yes." in found


def test_without_drasculas_files_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="en"):
        list(drascula.lines(tmp_path))
