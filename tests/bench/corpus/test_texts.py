"""The kinds are clean: the real knowledge engine sends every text where the corpus says."""

from __future__ import annotations

import pytest

from visavis.bench.corpus.texts import PERSONAS, load_texts
from visavis.models import BGE_MODEL, MINILM_WEIGHTS, ModelStore, cache_dir
from visavis.reply.answer import AskModel, FromFact, Sureness, choose
from visavis.reply.embed import CachedEmbedder, MiniLm
from visavis.reply.embed_onnx import BgeSmall, PairedEmbedder
from visavis.reply.knowledge import Knowledge
from visavis.reply.persona import load_persona


@pytest.mark.models
@pytest.mark.parametrize("name", PERSONAS)
def test_texts_go_where_they_are_meant_to(name: str) -> None:
    store = ModelStore()
    minilm = MiniLm(store.path(MINILM_WEIGHTS).parent)
    bge = BgeSmall(store.path(BGE_MODEL).parent)
    persona = load_persona(name)
    embedder = CachedEmbedder(PairedEmbedder(minilm, bge), cache_dir() / "vectors")
    knowledge = Knowledge(persona, embedder)
    for text in load_texts(name):
        move = choose(persona, knowledge.look_up(text.question.text), ())
        assert isinstance(move, FromFact), text.say
        assert move.sureness is Sureness.SURE, text.say
    for text in load_texts("open"):
        if name in text.to:
            move = choose(persona, knowledge.look_up(text.question.text), ())
            assert isinstance(move, AskModel), text.say
