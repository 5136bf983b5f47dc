"""The model store: pinned, hashed weights on this machine.

catalogue.py says what there is (manifest.py: what an entry is), store.py where it is here and how
it gets there.
"""

from visavis.models.catalogue import (
    BGE_MODEL,
    BGE_TOKENIZER,
    CMUDICT,
    JOE_CONFIG,
    JOE_DURATIONS,
    JOE_VOICE,
    KOKORO_MODEL,
    KOKORO_VOCABULARY,
    MINILM_TOKENIZER,
    MINILM_WEIGHTS,
    MOONSHINE_BASE_DECODER,
    MOONSHINE_BASE_ENCODER,
    MOONSHINE_BASE_TOKENIZER,
    MOONSHINE_TINY_DECODER,
    MOONSHINE_TINY_ENCODER,
    MOONSHINE_TINY_TOKENIZER,
    SILERO_VAD,
    SMART_TURN,
    SMOLLM2,
)
from visavis.models.manifest import Derived, Group, Model, Role
from visavis.models.places import cache_dir
from visavis.models.progress import Progress
from visavis.models.store import Depth, FileState, Inspection, ModelStore

__all__ = [
    "BGE_MODEL",
    "BGE_TOKENIZER",
    "CMUDICT",
    "JOE_CONFIG",
    "JOE_DURATIONS",
    "JOE_VOICE",
    "KOKORO_MODEL",
    "KOKORO_VOCABULARY",
    "MINILM_TOKENIZER",
    "MINILM_WEIGHTS",
    "MOONSHINE_BASE_DECODER",
    "MOONSHINE_BASE_ENCODER",
    "MOONSHINE_BASE_TOKENIZER",
    "MOONSHINE_TINY_DECODER",
    "MOONSHINE_TINY_ENCODER",
    "MOONSHINE_TINY_TOKENIZER",
    "SILERO_VAD",
    "SMART_TURN",
    "SMOLLM2",
    "Depth",
    "Derived",
    "FileState",
    "Group",
    "Inspection",
    "Model",
    "ModelStore",
    "Progress",
    "Role",
    "cache_dir",
]
