"""`visavis bench latency`: how long after your last word the answer is heard.

Definitions (ARCHITECTURE.md repeats them): t0 is the last audible sample of the question, which
this harness knows because it plays the file; *voice* is the first audible sample of the answer at
the listener's ear. This listener has no output latency. Knowledge and LLM turns are apart, and the
false cut-off rate stands beside every latency.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
import psutil
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from visavis.bench.corpus import Recording, load_questions, record
from visavis.bench.report import Report, print_json
from visavis.bench.talker import HeardReply, Talker, now_ms, talk_to
from visavis.errors import SetupError
from visavis.models import JOE_CONFIG, JOE_DURATIONS, ModelStore
from visavis.reply.persona import load_persona
from visavis.voice.piper import Piper

_ANSWER_TIMEOUT_S = 8.0
_LISTEN_ON_MS = 700.0  # long enough to notice a second reply
_IDLE_S = 5.0
_BOOTSTRAP_ROUNDS = 2_000
_STAGES = (
    "stt",
    "turn",
    "look_up",
    "first_token",
    "first_phrase",
    "first_audio",
    "commit",
    "reveal",
)

Kind = Literal["knowledge", "llm", "other"]
console = Console(stderr=True)


@dataclass(slots=True)
class Turn:
    """What came of one question."""

    recording: Recording
    kind: Kind = "other"
    voice_ms: float | None = None
    soft_end_ms: float | None = None
    stages_ms: dict[str, float] = field(default_factory=dict[str, float])
    n_cutoffs: int = 0
    n_replies: int = 0
    text: str = ""
    transcript: str = ""


@dataclass(slots=True)
class Footprint:
    """What the server takes: resident memory after warm-up, one core's share when idle."""

    memory_mb: float
    idle_cpu_percent: float


def latency(
    turns: Annotated[int, typer.Option(min=1, help="Questions to ask.")] = 20,
    url: Annotated[
        str | None, typer.Option(help="ws://… of a running server; otherwise one is started.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the pauses.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Ask spoken questions in real time and time the answers."""
    done: list[Turn] = []
    footprint: list[Footprint] = []
    try:
        asyncio.run(_measure(turns, url, seed, done, footprint))
    except KeyboardInterrupt:
        console.print("Interrupted; these are the turns so far.")
    if done:
        _show(_report(done, footprint, turns, seed), done, as_json)


async def _measure(
    n_turns: int, url: str | None, seed: int, done: list[Turn], footprint: list[Footprint]
) -> None:
    store = ModelStore()
    mouth = Piper(model=store.path(JOE_DURATIONS), config=store.path(JOE_CONFIG))
    questions = load_questions("latency")
    try:
        asked = [questions[index % len(questions)] for index in range(n_turns)]
        recordings = [await record(question, i, mouth, seed) for i, question in enumerate(asked)]
    finally:
        await mouth.aclose()  # its CPU must not be in the figures
    async with _server(url, footprint) as address, talk_to(address) as talker:
        await talker.wait_for_greeting()
        with _bar() as progress:
            task = progress.add_task("Asking", total=n_turns)
            for recording in recordings:
                done.append(await _ask(talker, recording))
                progress.advance(task)


async def _ask(talker: Talker, recording: Recording) -> Turn:
    """One question, spoken, and everything that is heard until the answer has begun."""
    turn = Turn(recording)
    await talker.be_silent(0.6)
    before = set(talker.replies)
    start_ms = await talker.say(recording.sound)
    t0_ms = start_ms + recording.speech_end_sample / 16.0
    silence = asyncio.create_task(talker.be_silent(_ANSWER_TIMEOUT_S + 2.0), name="silence")
    try:
        answer = await _first_answer(talker, before, t0_ms)
        if answer is not None:
            await asyncio.sleep(_LISTEN_ON_MS / 1_000.0)
    finally:
        silence.cancel()
        await asyncio.gather(silence, return_exceptions=True)
    heard = [r for r in talker.replies.values() if r.reply_id not in before]
    revealed = [r for r in heard if (r.playing_since_ms or 0.0) > 0.0]
    turn.n_cutoffs = sum((r.playing_since_ms or 0.0) < t0_ms for r in revealed)
    turn.n_replies = sum((r.playing_since_ms or 0.0) >= t0_ms for r in revealed)
    turn.transcript = talker.transcripts[-1].text if talker.transcripts else ""
    if answer is not None:
        _note_answer(turn, answer, t0_ms)
        await talker.interrupt()
        await asyncio.sleep(0.3)
    return turn


def _note_answer(turn: Turn, answer: HeardReply, t0_ms: float) -> None:
    voice_ms = answer.voice_ms()
    turn.voice_ms = None if voice_ms is None else voice_ms - t0_ms
    turn.text = answer.text
    turn.stages_ms = answer.stages_ms
    turn.kind = {"fact": "knowledge", "llm": "llm"}.get(str(answer.source), "other")  # type: ignore[assignment]
    if answer.committed_ms is not None and "reveal" in answer.stages_ms:
        turn.soft_end_ms = answer.committed_ms - answer.stages_ms["reveal"] - t0_ms


async def _first_answer(talker: Talker, before: set[int], t0_ms: float) -> HeardReply | None:
    """The first reply that begins to play after t0, once its trace has come too."""

    def find() -> HeardReply | None:
        for reply in talker.replies.values():
            since_ms = reply.playing_since_ms
            if reply.reply_id not in before and since_ms is not None and since_ms >= t0_ms:
                return reply if reply.stages_ms or now_ms() - since_ms > 3_000.0 else None
        return None

    return await talker.wait_until(find, _ANSWER_TIMEOUT_S)


@asynccontextmanager
async def _server(url: str | None, footprint: list[Footprint]) -> AsyncGenerator[str, None]:
    """A running server's address: the given one's, or a fresh one's in its own process."""
    if url is not None:
        yield url
        return
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "visavis", "serve", "--port", "0"),
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        address = await _address(process)
        footprint.append(await _footprint(process.pid))  # warm, and nobody has spoken yet
        yield address
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def _address(process: asyncio.subprocess.Process) -> str:
    said = ""
    while process.stderr is not None and (line := await process.stderr.readline()):
        said = line.decode(errors="replace").strip() or said
        if match := re.search(r"http://\S+:(\d+)", said):
            return f"ws://127.0.0.1:{match.group(1)}/v1/talk"
    raise SetupError(f"The server did not start: {said}", hint="Run `visavis doctor`.")


async def _footprint(pid: int) -> Footprint:
    server = psutil.Process(pid)
    family = [server, *server.children(recursive=True)]
    before_s = sum(sum(member.cpu_times()[:2]) for member in family)
    await asyncio.sleep(_IDLE_S)
    used_s = sum(sum(member.cpu_times()[:2]) for member in family) - before_s
    memory_mb = sum(member.memory_info().rss for member in family) / 1e6
    return Footprint(memory_mb, 100.0 * used_s / _IDLE_S)


# ------------------------------------------------------------------ figures


def _report(done: Sequence[Turn], footprint: list[Footprint], n_turns: int, seed: int) -> Report:
    figures: dict[str, float] = {"n_turns": len(done)}
    for kind in ("knowledge", "llm"):
        times = [t.voice_ms for t in done if t.kind == kind and t.voice_ms is not None]
        figures[f"{kind}_n"] = len(times)
        if times:
            figures |= _spread(f"{kind}_voice", times)
    n_pauses = sum(len(turn.recording.pauses) for turn in done)
    cut_off = [turn for turn in done if turn.n_cutoffs]
    figures["false_cutoff_rate"] = len(cut_off) / len(done)
    figures["false_cutoff_per_pause_rate"] = (
        sum(t.n_cutoffs for t in cut_off) / n_pauses if n_pauses else 0.0
    )
    figures["missed_rate"] = sum(turn.voice_ms is None for turn in done) / len(done)
    figures["doubled_rate"] = sum(turn.n_replies > 1 for turn in done) / len(done)
    figures["wrong_rate"] = sum(_is_wrong(turn) for turn in done) / len(done)
    figures |= _stage_figures(done)
    if footprint:
        figures["server_memory_mb"] = footprint[0].memory_mb
        figures["idle_cpu_percent"] = footprint[0].idle_cpu_percent
    settings = {"turns": n_turns, "seed": seed, "persona": "pip", "output_latency_ms": 0}
    return Report("latency", {k: round(v, 3) for k, v in figures.items()}, settings)


def _spread(name: str, times_ms: Sequence[float]) -> dict[str, float]:
    """P50, P95 and maximum, the first two with 95 % bootstrap intervals."""
    random = np.random.default_rng(0)
    rounds = random.choice(np.asarray(times_ms), (_BOOTSTRAP_ROUNDS, len(times_ms)))
    figures: dict[str, float] = {}
    for percent in (50, 95):
        low, high = np.percentile(np.percentile(rounds, percent, axis=1), (2.5, 97.5))
        figures[f"{name}_p{percent}_ms"] = float(np.percentile(times_ms, percent))
        figures[f"{name}_p{percent}_low_ms"] = float(low)
        figures[f"{name}_p{percent}_high_ms"] = float(high)
    return figures | {f"{name}_max_ms": float(max(times_ms))}


def _stage_figures(done: Sequence[Turn]) -> dict[str, float]:
    """Medians after t0 of when each stage was reached."""
    figures: dict[str, float] = {}
    ends = [turn.soft_end_ms for turn in done if turn.soft_end_ms is not None]
    if ends:
        figures["stage_soft_end_p50_ms"] = float(np.median(ends))
    for stage in _STAGES:
        times = [
            turn.soft_end_ms + turn.stages_ms[stage]
            for turn in done
            if turn.soft_end_ms is not None and stage in turn.stages_ms
        ]
        if times:
            figures[f"stage_{stage}_p50_ms"] = float(np.median(times))
    return figures


def _is_wrong(turn: Turn) -> bool:
    fact_id = turn.recording.question.fact
    if turn.voice_ms is None or fact_id is None:
        return False
    answer = load_persona("pip").fact(fact_id).answer
    return not turn.text or not answer.startswith(turn.text[:20])


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )


def _show(report: Report, done: Sequence[Turn], as_json: bool) -> None:
    if as_json:
        print_json(report)
        return
    for turn in done:
        time = "missed" if turn.voice_ms is None else f"{turn.voice_ms:5.0f} ms"
        cut = f"  [red]cut off x{turn.n_cutoffs}[/]" if turn.n_cutoffs else ""
        console.print(f"{time}  {turn.kind:<9} {turn.transcript} [dim]→ {turn.text}[/]{cut}")
    report.print_table(console)
