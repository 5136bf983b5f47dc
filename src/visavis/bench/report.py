"""The one shape of every benchmark's result: figures, and where they come from.

    {"bench": "answers", "figures": {...}, "machine": {...}, "commit": "1a2b3c4", "settings": {...}}

`--json` prints exactly that object, once, to standard output; everything for people goes to the
error stream, so that a pipe stays clean.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from rich.console import Console
from rich.table import Table

from visavis.bench.intervals import bound_name, estimate_of

Setting = str | int | float | None


@dataclass(frozen=True, slots=True)
class Report:
    """What one run measured. `figures` are numbers whose names end in their unit or in `_rate`."""

    bench: str
    figures: Mapping[str, float]
    settings: Mapping[str, Setting] = field(default_factory=dict[str, Setting])

    def to_json(self) -> str:
        """Return the report with machine and commit, as one line of JSON."""
        return json.dumps(
            {
                "bench": self.bench,
                "figures": dict(self.figures),
                "machine": machine(),
                "commit": commit(),
                "settings": dict(self.settings),
            }
        )

    def print_table(self, console: Console) -> None:
        """Print the figures for people, each with its interval beside it."""
        table = Table("figure", "value", "95 %", title=f"visavis bench {self.bench}")
        bounds = {bound_name(name, bound) for name in self.figures for bound in ("low", "high")}
        for name, value in self.figures.items():
            if name not in bounds:
                table.add_row(name, _written(name, value), self._interval(name))
        console.print(table)
        box = machine()
        console.print(f"[dim]commit {commit()}, {box['cpu']}, {box['cores']} cores[/]")

    def _interval(self, name: str) -> str:
        found = estimate_of(self.figures, name)
        return f"{_written(name, found.low)} … {_written(name, found.high)}" if found else ""


def print_json(report: Report) -> None:
    """Print the report's JSON object to standard output."""
    print(report.to_json())


def show(report: Report, as_json: bool, console: Console) -> None:
    """What a bench prints at its end: the JSON object, or a table for people."""
    if as_json:
        print_json(report)
    else:
        report.print_table(console)


def machine() -> dict[str, Setting]:
    """Describe this machine: processor, cores that this process may use, memory, system, Python."""
    return {
        "cpu": _cpu_name(),
        "cores": _usable_cores(),
        "memory_gb": _memory_gb(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


@cache
def commit() -> str:
    """Return the short commit of the source tree, with `-dirty` if the package was changed since.

    The first call counts: a run is of the code with which it began, so ask before it begins.
    `unknown` where there is no git or no repository, as in an installed wheel.
    """
    folder = Path(__file__).resolve().parent.parent
    git = shutil.which("git")
    if git is None:
        return "unknown"
    found = _git(git, folder, "rev-parse", "--short", "HEAD")
    if found is None:
        return "unknown"
    changed = _git(git, folder, "status", "--porcelain", "--untracked-files=no", "--", ".")
    return f"{found}-dirty" if changed else found


def _git(git: str, folder: Path, *arguments: str) -> str | None:
    done = subprocess.run(
        [git, "-C", str(folder), *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else None


def _cpu_name() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory_gb() -> float | None:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return None
    return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1)


def _written(name: str, value: float) -> str:
    if name.endswith("_rate"):
        return f"{100 * value:.1f} %"
    return str(value) if isinstance(value, int) else f"{value:.4g}"
