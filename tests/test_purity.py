"""The heart imports no clock, no socket, no thread: it can be run in virtual time.

The import graph is read from the sources, so that an import which only some machine or some branch
would execute counts too. Imports inside functions count for the module that has them, except in
the edge modules that are never reached from here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
PURE = (
    "session phases turns events errors lips/* wire/codec wire/messages wire/outgoing wire/pcm "
    "wire/loudspeaker wire/dialect wire/elevenlabs wire/injected wire/relay wire/mapping "
    "wire/agent reply/phrase reply/feeling reply/variables "
    "reply/chat reply/answer reply/ground reply/knowledge hear/turn hear/audio hear/bands "
    "hear/playback hear/echo bench/echo/path bench/lips/track bench/lips/matching "
    "bench/lips/measures bench/lips/figures bench/lips/phone_sets bench/lips/textgrid "
    "voice/playout voice/pieces face/*"
).split()
FORBIDDEN = frozenset(
    "asyncio socket ssl threading multiprocessing concurrent time subprocess selectors signal "
    "onnxruntime fastapi uvicorn websockets openai httpx piper xllamacpp".split()
)


def modules_of(pattern: str) -> list[str]:
    found = sorted((SOURCE / "visavis").glob(f"{pattern}.py"))
    return [name_of(path) for path in found]


def name_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def path_of(module: str) -> Path | None:
    base = SOURCE.joinpath(*module.split("."))
    candidates = (base.with_suffix(".py"), base / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


@cache
def imports_of(module: str) -> frozenset[str]:
    """Full names of what it imports: modules, and packages on the way to them."""
    path = path_of(module)
    assert path is not None, module
    is_package = path.name == "__init__.py"
    found: set[str] = set()
    for node in _run_time_nodes(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = module.split(".")[: None if is_package and node.level == 1 else -node.level]
                base = ".".join([*up, base] if base else up)
            found.add(base)
            found.update(f"{base}.{a.name}" for a in node.names if path_of(f"{base}.{a.name}"))
    for name in tuple(found):
        if name.startswith("visavis."):  # importing a.b.c runs a and a.b first
            parts = name.split(".")
            found.update(".".join(parts[:i]) for i in range(1, len(parts)))
    return frozenset(found)


def _run_time_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those under `if TYPE_CHECKING:`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            continue
        yield child
        yield from _run_time_nodes(child)


def impurities(module: str) -> list[str]:
    """Chains of imports from `module` to something forbidden."""
    chains: list[str] = []
    seen = {module}
    queue: list[tuple[str, ...]] = [(module,)]
    while queue:
        chain = queue.pop()
        for name in sorted(imports_of(chain[-1])):
            if name.split(".")[0] in FORBIDDEN:
                chains.append(" -> ".join([*chain, name]))
            elif name.split(".")[0] == "visavis" and name not in seen and path_of(name):
                seen.add(name)
                queue.append((*chain, name))
    return chains


@pytest.mark.parametrize("pattern", PURE)
def test_the_heart_is_pure(pattern: str) -> None:
    modules = modules_of(pattern)
    assert modules, f"{pattern} has moved: name its new place here"
    chains = [chain for module in modules for chain in impurities(module)]
    assert not chains, "\n".join(chains)


def test_the_rule_can_be_broken() -> None:
    """The edge is impure, directly and through others; if this passes, the graph is being read."""
    assert impurities("visavis.serve.conversation")
    assert any("onnxruntime" in chain for chain in impurities("visavis.hear.stt"))
    assert any(
        " -> visavis.voice.piper -> asyncio" in c for c in impurities("visavis.serve.engines")
    )


def test_no_print_and_no_hidden_clock_in_the_heart() -> None:
    """Neither through a module nor through a builtin or numpy's unseeded randomness."""
    bad = {"print", "open", "input", "default_rng()"}
    for pattern in PURE:
        for module in modules_of(pattern):
            path = path_of(module)
            assert path is not None
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    called = ast.unparse(node.func)
                    unseeded = called.endswith("default_rng") and not node.args
                    assert called not in bad, f"{module}: {called}"
                    assert not unseeded, module


def test_only_worker_processes_import_gpl_code() -> None:
    workers = ["visavis.bench.corpus.espeak_process", "visavis.voice.piper_worker"]
    users = [
        name_of(path)
        for path in (SOURCE / "visavis").rglob("*.py")
        if any(name.split(".")[0] in {"piper", "espeakng"} for name in imports_of(name_of(path)))
    ]
    assert sorted(users) == workers
    importers = [
        name_of(path)
        for path in (SOURCE / "visavis").rglob("*.py")
        if not imports_of(name_of(path)).isdisjoint(workers)
    ]
    assert importers == [], "they are run as processes, never imported"
