from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.lips.files_by_hand import tone, write_text, write_wav
from tests.bench.lips.tracks import index
from visavis.bench.lips.label_error import LabelError
from visavis.bench.lips.manifest import describe, load, open_data_set
from visavis.bench.lips.phone_sets import PhoneSet
from visavis.bench.lips.track import UNSCORED
from visavis.errors import ConfigError
from visavis.lips.phonemes import SIL

LABELS = "0.0 0.2 m\n0.2 0.5 iy\n"


def test_a_manifest_says_whose_and_what(tmp_path: Path) -> None:
    write_wav(tmp_path / "a" / "one.wav", tone(0.5, 8_000), 8_000, n_channels=2)
    write_text(tmp_path / "a" / "one.lab", LABELS)
    manifest = """
        name: small
        licence: MIT
        labelled_by: hand
        split: dev
        items:
          - {sound: a/one.wav, labels: a/one.lab, speaker: mary, text: "Me"}
          - {sound: a/one.wav, labels: a/one.lab, licence: CC0, split: test, phone_set: ipa}
    """
    data_set = open_data_set(write_text(tmp_path / "set.yaml", manifest))
    first, second = data_set.items
    assert data_set.name == "small"
    assert (first.speaker, first.text, first.licence, first.split) == ("mary", "Me", "MIT", "dev")
    assert (second.licence, second.split, second.phone_set) == ("CC0", "test", PhoneSet.IPA)
    assert describe(data_set.items) == (
        "speaker: mary, unknown; labelled by: hand; licence: CC0, MIT"
    )
    recording = load(first)
    assert recording.rate_hz == 8_000
    assert [(s.viseme, s.n_samples) for s in recording.reference.spans] == [
        (index("PP"), 1_600),
        (index("I"), 2_400),
    ]


def test_json_is_the_same(tmp_path: Path) -> None:
    text = '{"items": [{"sound": "a.wav", "labels": "a.lab", "tier": "phones"}]}'
    (item,) = open_data_set(write_text(tmp_path / "x" / "lips.json", text)).items
    assert item.tier == "phones"
    assert open_data_set(tmp_path / "x").name == "x"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yaml", "items: [", "a.yaml, line"),
        ("a.json", "{\n,", "a.json, line 2"),
        ("a.yaml", "items: []", "items: there are none"),
        ("a.yaml", "items: [{sound: a.wav}]", r"items\.0\.labels: Field required"),
        ("a.yaml", "items: [{sound: a, labels: b, splt: test}]", r"items\.0\.splt"),
        ("a.yaml", "items: [{sound: a, labels: b, phone_set: x}]", r"items\.0\.phone_set"),
        ("a.yaml", "hello", "a.yaml: the file"),
    ],
)
def test_a_wrong_manifest_names_the_field(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        open_data_set(write_text(tmp_path / name, text))


def test_a_folder_is_paired_up_by_name(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        write_wav(tmp_path / "mary" / f"{name}.wav", tone(0.1, 16_000), 16_000)
    write_text(tmp_path / "mary" / "one.lab", LABELS)
    write_text(tmp_path / "mary" / "one.txt", "Me,\n myself.\n")
    write_text(tmp_path / "mary" / "two.txt", LABELS)
    data_set = open_data_set(tmp_path)
    assert [(i.name, i.labels.name, i.text) for i in data_set.items] == [
        ("one", "one.lab", "Me, myself."),
        ("two", "two.txt", None),
    ]
    assert {item.speaker for item in data_set.items} == {"mary"}
    assert [path.name for path in data_set.unpaired] == ["three.wav"]


def test_festvox_has_its_labels_and_texts_in_other_folders(tmp_path: Path) -> None:
    write_wav(tmp_path / "wav" / "ru_1.wav", tone(0.1, 16_000), 16_000)
    write_text(tmp_path / "lab" / "ru_1.lab", LABELS)
    write_text(tmp_path / "etc" / "txt.done.data", '( ru_1 "Она завела." )\n')
    (item,) = open_data_set(tmp_path).items
    assert item.labels == tmp_path / "lab" / "ru_1.lab"
    assert item.text == "Она завела."
    assert item.speaker == "unknown"


def test_timits_text_begins_with_samples(tmp_path: Path) -> None:
    write_wav(tmp_path / "SA1.wav", tone(0.1, 16_000), 16_000)
    write_text(tmp_path / "SA1.PHN", "0 800 h#\n800 1600 sh\n")
    write_text(tmp_path / "SA1.TXT", "0 46797 She had 2 dark suits.\n")
    (item,) = open_data_set(tmp_path).items
    assert item.labels.name == "SA1.PHN"
    assert item.text == "She had 2 dark suits."


def test_a_folder_without_pairs_and_nothing_at_all(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", tone(0.1, 16_000), 16_000)
    with pytest.raises(ConfigError, match="1 sound files, and none with labels"):
        open_data_set(tmp_path)
    with pytest.raises(ConfigError, match="There is no"):
        open_data_set(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("seconds", "labels", "message"),
    [
        (0.5, "0.0 0.2 m\n0.2 1.2 iy\n", "of another sound"),
        (0.5, "0.0 0.2 m\n0.2 0.5 qqq\n", "60 % of the sound can't be scored.*qqq"),
        (2.0, LABELS, "75 % of the sound can't be scored$"),
    ],
)
def test_labels_that_do_not_fit_are_told(
    tmp_path: Path, seconds: float, labels: str, message: str
) -> None:
    write_wav(tmp_path / "a.wav", tone(seconds, 16_000), 16_000)
    write_text(tmp_path / "a.lab", labels)
    with pytest.raises(LabelError, match=message):
        load(open_data_set(tmp_path).items[0])


@pytest.mark.parametrize(("ends", "shape"), [("silence", SIL), ("unknown", UNSCORED)])
def test_empty_ends_are_silence_or_nobody_knows(tmp_path: Path, ends: str, shape: int) -> None:
    write_wav(tmp_path / "a.wav", tone(1.0, 16_000), 16_000)
    write_text(
        tmp_path / "a.tsv", "0.0\t0.3\t\n0.3\t0.5\taa\n0.5\t0.7\t\n0.7\t0.9\taa\n0.9\t1.0\t\n"
    )
    manifest = f"ends: {ends}\nitems: [{{sound: a.wav, labels: a.tsv}}]\n"
    (item,) = open_data_set(write_text(tmp_path / "lips.yaml", manifest)).items
    spans = load(item).reference.spans
    assert [span.viseme for span in spans] == [shape, index("aa"), SIL, index("aa"), shape]
