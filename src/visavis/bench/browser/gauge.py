"""A bare page with an avatar, in real Chromium, for what needs no conversation.

The page's parts, a character and the ear's weights are served from this machine, as a server would;
`web/src/gauge.ts` is driven from here.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from visavis.bench.browser.chromium import find_chromium, witness_script
from visavis.characters import Motion, build_character
from visavis.ear_weights import PATH as EAR_PATH
from visavis.errors import ConfigError, SetupError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

STATIC = Path(__file__).parents[2] / "static"
"""The built page; hatch_build.py fills it."""

PAGE = b"""<!doctype html><meta charset="utf-8"><title>gauge</title>
<link rel="icon" href="favicon.svg">
<style>body { margin: 0; background: #fff }</style>
<script type="module" src="gauge.js"></script>"""

ENDED = """() => {
  const last = visavis.replies.at(-1);
  return last !== undefined && ["ended", "stopped"].includes(last.status);
}"""
"""Evaluated in the served page: whether the newest reply is over."""

_KINDS = {
    ".js": "text/javascript",
    ".wasm": "application/wasm",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css",
    ".wav": "audio/wav",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}


@dataclass(slots=True)
class Hall:
    """A server of files. `files` may be added to while it runs; `asked` is what was wanted."""

    url: str
    files: dict[str, bytes]
    asked: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class Gauge:
    """The page, the browser it is in, and what it complained about."""

    page: Page
    browser: Browser
    hall: Hall
    complaints: list[str]

    def call(self, name: str, *arguments: object) -> Any:
        """Call a function of `web/src/gauge.ts` and wait for what it returns."""
        return self.page.evaluate(f"(all) => window.gauge.{name}(...all)", list(arguments))


@contextmanager
def hall(files: Mapping[str, bytes]) -> Generator[Hall, None, None]:
    """Serve the built page's files, characters, the ear's weights and these `files`, by path."""
    offered = {"": PAGE, **files}
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.lstrip("/").partition("?")
            asked.append(path)
            body = offered.get(path)
            if body is None:
                body = _built(path, "reduced" if query == "motion=reduced" else "full")
            self.send_response(200 if body is not None else 404)
            suffix = Path(path).suffix or ".html"
            self.send_header("Content-Type", _KINDS.get(suffix, "application/octet-stream"))
            # Isolated pages have clocks of 5 us; others' are no finer than 0.1 ms.
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
            """Silence: every request would be a line."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, name="hall")
    thread.start()
    try:
        yield Hall(f"http://127.0.0.1:{server.server_port}/", offered, asked)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def gauge(
    files: Mapping[str, bytes] | None = None,
    size_px: int = 820,
    witness: Literal["present", "absent"] = "present",
) -> Generator[Gauge, None, None]:
    """Open the bare page in a new Chromium, with the witness in it, whose looking costs time.

    Raises:
        SetupError: no Chromium, no playwright, or the page was not built.
    """
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SetupError(
            "playwright is needed to drive a browser.",
            hint="Install it: pip install 'visavis[bench]'.",
        ) from error
    if not (STATIC / "gauge.js").is_file():
        raise SetupError("The page was not built.", hint="Run `python hatch_build.py`.")
    with hall(files or {}) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(),
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        try:
            context = browser.new_context(viewport={"width": size_px, "height": size_px})
            page = context.new_page()
            complaints: list[str] = []
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on(
                "console",
                lambda line: complaints.append(line.text) if line.type == "error" else None,
            )
            if witness == "present":
                page.add_init_script(script=witness_script())
            page.goto(served.url)
            page.wait_for_function("window.gauge !== undefined")
            yield Gauge(page, browser, served, complaints)
        finally:
            browser.close()


def _built(path: str, motion: Motion) -> bytes | None:
    """A file of the built page, a character or the weights; None if there is no such thing."""
    if path == "ear.npz":
        return EAR_PATH.read_bytes()
    if path.startswith("characters/"):
        try:
            name = path.removeprefix("characters/").removesuffix(".riv")
            return build_character(name, motion)
        except ConfigError:
            return None
    found = (STATIC / path).resolve()
    return found.read_bytes() if found.is_file() and STATIC.resolve() in found.parents else None
