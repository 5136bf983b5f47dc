from __future__ import annotations

import asyncio

import pytest

from visavis.serve.together import beside, until_one_ends
from visavis.testing import run_virtual


class Worker:
    def __init__(self) -> None:
        self.ended: list[str] = []

    async def work(self, name: str, seconds: float, error: Exception | None = None) -> None:
        try:
            await asyncio.sleep(seconds)
            if error is not None:
                raise error
        finally:
            self.ended.append(name)


def test_the_first_to_end_ends_the_others_and_its_error_is_told() -> None:
    worker = Worker()
    works = {"a": worker.work("a", 1.0, KeyError("a")), "b": worker.work("b", 9.0)}
    with pytest.raises(KeyError):
        run_virtual(until_one_ends(works))
    assert worker.ended == ["a", "b"]


def test_whoever_is_cancelled_leaves_nobody_behind() -> None:
    worker = Worker()

    async def main() -> None:
        async with asyncio.timeout(1.0):
            await until_one_ends({"a": worker.work("a", 5.0), "b": worker.work("b", 9.0)})

    with pytest.raises(TimeoutError):
        run_virtual(main())
    assert sorted(worker.ended) == ["a", "b"]


def test_what_runs_beside_ends_with_it() -> None:
    worker = Worker()

    async def main() -> None:
        async with beside({"a": worker.work("a", 9.0), "b": worker.work("b", 0.5, OSError())}):
            await asyncio.sleep(1.0)
            assert worker.ended == ["b"]

    run_virtual(main())
    assert worker.ended == ["b", "a"]
