"""All engines of a server: loaded once, warmed, shared by its conversations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np

from visavis.ear_weights import ear_weights
from visavis.hear.audio import RATE_HZ
from visavis.hear.smart_turn import SmartTurn, TurnModel
from visavis.hear.stt import Moonshine, SpeechToText
from visavis.hear.stt_openai import OpenAITranscriber
from visavis.hear.turn import CommitRule, commit_rule
from visavis.hear.vad import FRAME_SAMPLES, SileroModel, VoiceDetector
from visavis.hear.words import JudgedWords, NoWords, WordsModel
from visavis.lips.lipsync import LipSync
from visavis.models import (
    BGE_MODEL,
    JOE_CONFIG,
    JOE_DURATIONS,
    MINILM_WEIGHTS,
    MOONSHINE_TINY_DECODER,
    MOONSHINE_TINY_ENCODER,
    MOONSHINE_TINY_TOKENIZER,
    SILERO_VAD,
    SMART_TURN,
    SMOLLM2,
    ModelStore,
    cache_dir,
)
from visavis.models.lexicon import best_lexicon
from visavis.reply.answer import AskModel, Unsure, choose
from visavis.reply.embed import CachedEmbedder, MiniLm
from visavis.reply.embed_onnx import BgeSmall, PairedEmbedder
from visavis.reply.knowledge import Knowledge
from visavis.reply.lines import own_phrases, phrases_of
from visavis.reply.llm import LanguageModel
from visavis.reply.llm_local import LlamaCpp
from visavis.reply.persona import Persona
from visavis.serve.allowance import Ahead, Speculation, TokenCount
from visavis.serve.pool import Pool
from visavis.serve.settings import LlmSettings, Speculate, speculation_of
from visavis.serve.speech_settings import Service, SpeechSettings, VoiceService, WordsService
from visavis.session import APOLOGY
from visavis.speech_service import Address, Kind
from visavis.voice.cached import CachedVoice
from visavis.voice.piper import Piper
from visavis.voice.tts import TextToSpeech, VoiceStyle, spoken_whole
from visavis.voice.tts_openai import OpenAIVoice

Step = Callable[[str], None]
"""Told the name of each step as it begins."""


@dataclass(slots=True)
class Threads:
    """Where blocking inference runs: never on the event loop, and ears never wait for brains."""

    ears: Executor = field(default_factory=lambda: Pool(1, "ears"))
    brains: Executor = field(default_factory=lambda: Pool(3, "brains"))

    def close(self) -> None:
        """Stop when the calls under way are done."""
        self.ears.shutdown(cancel_futures=True)
        self.brains.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Engines:
    """What a conversation needs besides its peer."""

    persona: Persona
    knowledge: Knowledge
    new_detector: Callable[[], VoiceDetector]
    turn: TurnModel
    stt: SpeechToText
    llm: LanguageModel
    tts: TextToSpeech
    threads: Threads
    unsure: Unsure = Unsure.OFFER
    """What to do with a question that no fact surely answers."""
    words: WordsModel = field(default_factory=NoWords)
    """How likely words are a whole turn."""
    rule: CommitRule = commit_rule
    """How long to wait before answering."""
    foresight: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """Held by the conversation that guesses ahead: all of them share two cores."""
    speculation: Speculation = field(default_factory=Speculation)
    """What guessing may cost."""
    tokens: TokenCount = field(default_factory=TokenCount)
    """What the language model has cost so far."""
    hearing_ahead: Ahead = Ahead.FREELY
    """WHEN_WANTED: words are asked for at the turn's soft end, not while the user speaks."""
    voicing_ahead: Ahead = Ahead.FREELY
    """WHEN_WANTED: nothing is voiced before its turn is committed."""
    on_close: tuple[Callable[[], None], ...] = ()
    """What else has to be let go of; blocking, idempotent."""

    @property
    def style(self) -> VoiceStyle:
        """How this persona speaks."""
        voice = self.persona.voice
        return VoiceStyle(pitch_semitones=voice.pitch_semitones, speed=voice.speed)

    async def aclose(self) -> None:
        """Free processes, threads and memory. Idempotent."""
        await self.tts.aclose()
        await self.llm.aclose()
        for close in self.on_close:
            await asyncio.to_thread(close)
        await asyncio.to_thread(self.threads.close)


N_STEPS = 6
"""How many steps `load_engines` announces."""


async def load_engines(
    persona: Persona,
    store: ModelStore,
    llm_settings: LlmSettings,
    step: Step,
    speech: SpeechSettings | None = None,
) -> Engines:
    """Load and warm everything: seconds, and longer once for a persona not seen before.

    Raises:
        ModelMissingError: weights are not in the store.
        EngineError: a model can't be loaded.
        ProviderError: a speech service of `speech` does not do what it should.
    """
    speech = speech or SpeechSettings()
    threads = Threads()
    step("ears")
    vad = await asyncio.to_thread(SileroModel, store.path(SILERO_VAD))
    turn = await asyncio.to_thread(SmartTurn, store.path(SMART_TURN))
    step("speech to text")
    stt = await asyncio.to_thread(load_stt, store, speech.words)
    step("voice")
    tts = CachedVoice(
        await load_voice(store, speech.voice), own_phrases(persona) | {*phrases_of(APOLOGY)}
    )
    step("language model")
    llm = await asyncio.to_thread(_load_llm, store, llm_settings)
    step("knowledge")
    embedder = await asyncio.to_thread(load_embedder, store)
    knowledge = await asyncio.to_thread(Knowledge, persona, embedder)
    # A large model behind an endpoint may be trusted with what the small local one would invent.
    unsure = Unsure.OFFER if isinstance(llm, LlamaCpp) else Unsure.TRUSTED_MODEL
    words = JudgedWords(llm.p_sentence_end) if isinstance(llm, LlamaCpp) else NoWords()
    engines = Engines(
        persona,
        knowledge,
        vad.detector,
        turn,
        stt,
        llm,
        tts,
        threads,
        unsure,
        words,
        speculation=speculation_of(llm_settings),
        hearing_ahead=_ahead(speech.words, llm_settings),
        voicing_ahead=_ahead(speech.voice, llm_settings),
        on_close=(stt.close,) if isinstance(stt, OpenAITranscriber) else (),
    )
    step("a first sentence")
    await _warm(engines)
    return engines


def _ahead(service: Service | None, settings: LlmSettings) -> Ahead:
    if service is None or not service.metered or settings.speculate is Speculate.ON:
        return Ahead.FREELY
    return Ahead.WHEN_WANTED


async def load_voice(store: ModelStore, service: VoiceService | None) -> TextToSpeech:
    """The local voice, or another's; the latter needs the ear. Raises as `load_engines`."""
    if service is None:
        piper = Piper(model=store.path(JOE_DURATIONS), config=store.path(JOE_CONFIG))
        await piper.start()
        return piper
    ear, lexicon = await asyncio.to_thread(lambda: (ear_weights(), best_lexicon()))

    def new_lips(rate_hz: int) -> LipSync:
        return LipSync(rate_hz, lexicon=lexicon, ear=ear)

    return OpenAIVoice(_address("TTS", service), service.voice, service.rate_hz, new_lips)


def _address(kind: Kind, service: Service) -> Address:
    key = None if service.key is None else service.key.get_secret_value()
    return Address(kind, service.base_url, service.model, key)


def load_stt(store: ModelStore, service: WordsService | None) -> SpeechToText:
    """Local, or another's. Raises as `load_engines`."""
    if service is not None:
        return OpenAITranscriber(_address("STT", service), service.language)
    return Moonshine(
        encoder=store.path(MOONSHINE_TINY_ENCODER),
        decoder=store.path(MOONSHINE_TINY_DECODER),
        tokenizer=store.path(MOONSHINE_TINY_TOKENIZER),
        n_threads=1,  # as fast as two, which leaves a core for who answers
    )


def load_embedder(store: ModelStore) -> CachedEmbedder:
    """What knowledge compares questions with."""
    minilm = MiniLm(store.path(MINILM_WEIGHTS).parent)
    bge = BgeSmall(store.path(BGE_MODEL).parent)
    return CachedEmbedder(PairedEmbedder(minilm, bge), cache_dir() / "vectors")


def _load_llm(store: ModelStore, settings: LlmSettings) -> LanguageModel:
    if settings.base_url or settings.model:
        from visavis.reply.llm_openai import OpenAICompatible  # noqa: PLC0415 - slow to import

        return OpenAICompatible(
            model=settings.model or "default",
            base_url=settings.base_url,
            api_key=settings.api_key.get_secret_value() if settings.api_key else None,
        )
    return LlamaCpp(store.path(SMOLLM2))


async def _warm(engines: Engines) -> None:
    """Run every model once: first runs allocate, compile and fill the prompt cache."""
    noise = np.random.default_rng(0).normal(0.0, 0.01, 2 * RATE_HZ).astype(np.float32)
    await asyncio.to_thread(engines.new_detector().probability, noise[:FRAME_SAMPLES])
    await asyncio.to_thread(engines.turn.p_end, noise)
    await asyncio.to_thread(engines.stt.transcribe, noise, lambda: False)
    await spoken_whole(engines.tts, engines.persona.greeting, engines.style)
    finding = await asyncio.to_thread(engines.knowledge.look_up, "Tell me a story.")
    move = choose(engines.persona, finding, ())
    if isinstance(move, AskModel):
        await engines.llm.warm(move.messages)
