"""A tab, driven over WebDriver BiDi (https://w3c.github.io/webdriver-bidi/)."""

from __future__ import annotations

import base64
import json
from typing import Any, Literal

from websockets.sync.client import ClientConnection

ENTER = "\ue007"  # WebDriver's name of the key
ANSWER_S = 60.0
"""Longest that one command may take, one that waits for the page included."""


class BidiError(Exception):
    """The browser refused a command, or a script in the page threw."""


class Tab:
    """The one tab of a new browser. Commands go one at a time; events are gathered meanwhile."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._n_sent = 0
        self.trouble: list[str] = []
        """Errors of the console, and errors that nobody caught."""
        self.send("session.new", capabilities={})
        self._context = str(self.send("browsingContext.getTree")["contexts"][0]["context"])
        self.send("session.subscribe", events=["log.entryAdded"])

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """What the command results in."""
        self._n_sent += 1
        self._socket.send(json.dumps({"id": self._n_sent, "method": method, "params": params}))
        while True:
            message: dict[str, Any] = json.loads(self._socket.recv(timeout=ANSWER_S))
            if message["type"] == "event":
                self._note(message["params"])
            elif message["type"] == "error":
                raise BidiError(f"{method}: {message['error']}: {message['message']}")
            elif message["id"] == self._n_sent:
                return message["result"]

    def _note(self, entry: dict[str, Any]) -> None:
        if entry.get("level") == "error":
            where = entry.get("stackTrace", {}).get("callFrames", [])
            self.trouble.append(f"{entry['text']} {where[:1]}")

    def before_every_page(self, script: str) -> None:
        """Run it before the page's own code; not in the blank page that comes first."""
        guarded = f"() => {{ if (location.host) {{ {script} }} }}"
        self.send("script.addPreloadScript", functionDeclaration=guarded)

    def go(self, address: str) -> None:
        """Load it, wholly."""
        self.send("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """Its value, or what its promise gives; anything that JSON can hold.

        Raises `BidiError` if it throws.
        """
        result = self.send(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            target={"context": self._context},
            awaitPromise=True,
        )
        if result["type"] == "exception":
            raise BidiError(f"{expression}: {result['exceptionDetails']['text']}")
        return json.loads(result["result"]["value"])

    def until(self, condition: str, within_s: float = 30.0) -> bool:
        """Whether it comes true in time; the page itself looks, 20 times a second."""
        return bool(
            self.evaluate(
                "new Promise((done) => { const end = performance.now() + "
                f"{1_000 * within_s}; const look = () => {{ if ({condition}) done(true);"
                "else if (performance.now() > end) done(false); else setTimeout(look, 50); };"
                "look(); })"
            )
        )

    def click(self, element: str) -> None:
        """Point at the middle of the element that the expression gives, and press."""
        box = self.evaluate(f"({element}).getBoundingClientRect()")
        middle = {
            "x": round(box["x"] + box["width"] / 2),
            "y": round(box["y"] + box["height"] / 2),
        }
        moves: list[dict[str, Any]] = [
            {"type": "pointerMove", **middle},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act("pointer", moves)

    def type(self, text: str) -> None:
        """Press the keys, one after another."""
        self._act(
            "key", [{"type": f"key{way}", "value": key} for key in text for way in ("Down", "Up")]
        )

    def _act(self, device: Literal["pointer", "key"], actions: list[dict[str, Any]]) -> None:
        source = {"type": device, "id": device, "actions": actions}
        self.send("input.performActions", context=self._context, actions=[source])

    def screenshot(self) -> bytes:
        """PNG of what a person sees."""
        shot = self.send("browsingContext.captureScreenshot", context=self._context)
        return base64.b64decode(shot["data"])
