"""A Chromium without Playwright, which keeps every page visible: here a tab can be hidden."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.e2e.announced import address_from

ANSWER_S = 60.0
"""Longest that one command may take."""
POLL_S = 0.05


class CdpError(Exception):
    """The browser refused a command, or a script in the page threw."""


class Window:
    """A window with one tab that can go behind another. Commands go one at a time."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._n_sent = 0
        self.trouble: list[str] = []
        """Errors of the console, and errors that nobody caught."""
        self._tab = self._page()
        attached = self.send("Target.attachToTarget", targetId=self._tab, flatten=True)
        self._session = str(attached["sessionId"])
        self._behind: str | None = None
        for domain in ("Page", "Runtime", "Log"):
            self.tell(f"{domain}.enable")

    def send(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """What the command to the browser, or to a session, results in."""
        self._n_sent += 1
        message = {"id": self._n_sent, "method": method, "params": params}
        self._socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        while True:
            answer: dict[str, Any] = json.loads(self._socket.recv(timeout=ANSWER_S))
            if answer.get("id") == self._n_sent:
                if "error" in answer:
                    raise CdpError(f"{method}: {answer['error']}")
                return answer["result"]
            self._note(answer)

    def tell(self, method: str, **params: Any) -> dict[str, Any]:
        """The same, to the tab."""
        return self.send(method, self._session, **params)

    def go(self, address: str, before: str) -> None:
        """Load it; the script `before` runs before the page's own."""
        self.tell("Page.addScriptToEvaluateOnNewDocument", source=before)
        self.tell("Page.navigate", url=address)

    def evaluate(self, expression: str) -> Any:
        """Its value, or what its promise gives; anything that JSON can hold."""
        result = self.tell(
            "Runtime.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            awaitPromise=True,
            returnByValue=True,
        )
        if "exceptionDetails" in result:
            raise CdpError(f"{expression}: {result['exceptionDetails']}")
        return json.loads(result["result"]["value"])

    def until(self, condition: str, within_s: float = 30.0) -> None:
        """Ask until it is true; from here, for timers of a hidden page are slow."""
        end_s = time.monotonic() + within_s
        while not self.evaluate(condition):
            if time.monotonic() > end_s:
                pytest.fail(f"waited in vain for {condition}: {self.trouble}")
            time.sleep(POLL_S)

    def click(self, element: str) -> None:
        """Press in the middle of the element that the expression gives."""
        box = self.evaluate(f"({element}).getBoundingClientRect()")
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for what in ("mousePressed", "mouseReleased"):
            self.tell("Input.dispatchMouseEvent", type=what, x=x, y=y, button="left", clickCount=1)

    def enter(self, text: str) -> None:
        """Put it where the focus is, and press Enter."""
        self.tell("Input.insertText", text=text)
        for what in ("keyDown", "keyUp"):
            self.tell(
                "Input.dispatchKeyEvent",
                type=what,
                key="Enter",
                text="\r",
                windowsVirtualKeyCode=13,
            )

    def hide(self) -> None:
        """Open another tab in front of it."""
        self._behind = str(self.send("Target.createTarget", url="about:blank")["targetId"])

    def show(self) -> None:
        """Close that one again."""
        assert self._behind is not None, "nothing is in front of it"
        self.send("Target.closeTarget", targetId=self._behind)
        self.send("Target.activateTarget", targetId=self._tab)

    def _page(self) -> str:
        targets = self.send("Target.getTargets")["targetInfos"]
        return str(next(target["targetId"] for target in targets if target["type"] == "page"))

    def _note(self, event: dict[str, Any]) -> None:
        params = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.trouble.append(str(params["exceptionDetails"]))
        elif event.get("method") == "Runtime.consoleAPICalled" and params["type"] == "error":
            self.trouble.append(str(params["args"]))
        elif event.get("method") == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.trouble.append(str(params["entry"]))


@contextmanager
def chromium(program: Path, profile: Path) -> Generator[Window]:
    """A Chromium of its own, without a screen; `profile` is an empty folder."""
    process = subprocess.Popen(
        [
            program,
            "--headless=new",
            "--no-sandbox",
            "--no-first-run",
            "--window-size=900,700",
            f"--user-data-dir={profile}",
            "--remote-debugging-port=0",
            "about:blank",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process.stderr as said:
        try:
            with connect(address_from(said), max_size=None) as socket:
                # It goes on talking, and would stand still if nobody listened.
                listener = threading.Thread(target=said.read, daemon=True)
                listener.start()
                window = Window(socket)
                yield window
                window.send("Browser.close")
            process.wait(ANSWER_S)
            listener.join(ANSWER_S)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(20)
