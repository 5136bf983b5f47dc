"""A Firefox that speaks WebDriver BiDi, which it does without any driver beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import psutil
from websockets.sync.client import connect

from tests.e2e.announced import address_from
from tests.e2e.bidi import ANSWER_S, Tab

PREFERENCES: dict[str, bool] = {
    "media.navigator.streams.fake": True,  # a microphone that hums
    "media.navigator.permission.disabled": True,  # nobody is there to be asked for it
}
LOUDSPEAKER: dict[str, dict[str, bool | str]] = {
    "unheard": {"media.cubeb.force_mock_context": True},
    # Firefox's AudioContext then stays suspended, whatever is touched.
    "none": {"media.cubeb.backend": "none-of-them"},
}


@contextmanager
def firefox(
    program: Path, profile: Path, loudspeaker: Literal["unheard", "none"] = "unheard"
) -> Generator[Tab]:
    """A Firefox of its own, without a window; it and all its processes are gone afterwards.

    `profile` is an empty folder.
    """
    wanted = {**PREFERENCES, **LOUDSPEAKER[loudspeaker]}
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in wanted.items()]
    (profile / "user.js").write_text("".join(lines), "utf-8")
    command = [program, "--headless", "--no-remote", "--profile", profile]
    process = subprocess.Popen(
        [*command, "--remote-debugging-port", "0", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "MOZ_CRASHREPORTER_DISABLE": "1"},  # its helper leaves the session
        start_new_session=True,  # so that every process of it can be found
    )
    assert process.stderr is not None
    with process.stderr as said:
        try:
            with connect(f"{address_from(said)}/session", max_size=None) as socket:
                # It goes on talking, and would stand still if nobody listened.
                threading.Thread(target=said.read, daemon=True).start()
                tab = Tab(socket)
                yield tab
                tab.send("browser.close")
            assert process.wait(ANSWER_S) == 0
            psutil.wait_procs(_alive(process.pid), timeout=20)
            assert _alive(process.pid) == []
        finally:
            if _alive(process.pid):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)


def _alive(session: int) -> list[psutil.Process]:
    """The processes of this session; not those that only wait for init to take note."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found
