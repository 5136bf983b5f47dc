"""A Visavis server with scripted engines, and somebody else's site, each at its own origin."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response

from tests.serve.scripted import LONG_STORY, Script, ScriptedLlm, ScriptedTts
from visavis.serve.app import create_app
from visavis.serve.settings import ServeSettings

SITE = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>The Tea House</title><link rel="icon" href="data:,">
<main><h1>The Tea House</h1><p>Two hundred teas, and one who knows them all.</p></main>
<script>
  const asked = new URLSearchParams(location.search);
  window.told = [];
  const names = "connection activity microphone mood transcript reply words notice character open";
  for (const what of [...names.split(" "), "moment"])
    addEventListener(`visavis-${what}`, ({ detail }) => told.push([what, detail]));
  const script = document.createElement("script");
  script.type = "module";
  script.src = asked.get("server") + "/visavis.js";
  const avatar = document.createElement("visavis-avatar");
  for (const name of ["form", "talk", "scheme", "name", "hud", "src", "mapping"])
    if (asked.has(name)) avatar.setAttribute(name, asked.get(name));
  (asked.get("form") === "inline" ? document.querySelector("main") : document.body).append(avatar);
  if (asked.has("autostart")) script.onload = () => avatar.start();
  document.head.append(script);
</script>
</html>
"""


@contextmanager
def house(*allow_origins: str, tts: ScriptedTts | None = None) -> Generator[str]:
    """Our server; its origin."""
    script = Script(llm=ScriptedLlm(LONG_STORY), tts=tts or ScriptedTts())
    settings = ServeSettings(max_sessions=4, allow_origins=allow_origins)
    with _serving(create_app(script.engines(), settings)) as origin:
        yield origin


@contextmanager
def site(files: Mapping[str, bytes] | None = None) -> Generator[str]:
    """A site that embeds the avatar of `?server=…`, and has these files; its origin."""
    app = FastAPI()

    @app.get("/")
    def page() -> HTMLResponse:  # pyright: ignore[reportUnusedFunction]
        return HTMLResponse(SITE)

    @app.get("/{name}")
    def file(name: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        data = (files or {}).get(name)
        return Response(status_code=404) if data is None else Response(data)

    with _serving(app) as origin:
        yield origin


@contextmanager
def _serving(app: FastAPI) -> Generator[str]:
    """In a thread of its own, for Playwright's simple half blocks this one."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(32)
    config = uvicorn.Config(app, log_config=None, ws="websockets-sansio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()
