"""What pages of other origins may load from here, and what `<visavis-avatar>` asks first of all.

A module script, a worklet, WebAssembly and a character are code and drawings that anybody may have:
every page may load them, so that the element can also tell a page that it is refused, and why. The
conversation itself is let in by `--allow-origin` alone (origins.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from visavis.reply.persona import Persona
from visavis.serve.origins import foreign, is_ours
from visavis.serve.problems import problem_of
from visavis.serve.settings import ServeSettings

_ANYBODYS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

_SUFFIXES = (".js", ".js.map", ".wasm", ".riv", ".npz", ".txt", ".svg")

_FOR_EVER = "public, max-age=31536000, immutable"
"""For an address that names its build; without one a browser asks each time what is current."""


class AvatarCard(BaseModel):
    """Who answers at this server."""

    model_config = ConfigDict(frozen=True)

    name: str
    character: str


def asset_headers(request: Request, status: int) -> Mapping[str, str]:
    """Of what any page may load, and for how long browsers may keep it; none for the rest."""
    path = request.url.path
    if path == "/" or path.startswith("/characters/"):
        caching = {"Cache-Control": "no-cache"}
    elif path.startswith("/v1/") or not path.endswith((*_SUFFIXES, ".css")):
        return {}
    else:
        names_its_build = "v" in request.query_params and status == HTTPStatus.OK
        caching = {"Cache-Control": _FOR_EVER if names_its_build else "no-cache"}
    return {**_ANYBODYS, **caching} if path.endswith(_SUFFIXES) else caching


def card_router(persona: Persona, settings: ServeSettings) -> APIRouter:
    """`GET /v1/avatar`: who answers here, or why this page may not ask."""
    router = APIRouter()
    card = AvatarCard(name=persona.name, character=persona.character)

    @router.get("/v1/avatar", summary="Who answers here", response_model=AvatarCard)
    def avatar(  # pyright: ignore[reportUnusedFunction] - registered by its decorator
        request: Request, response: Response
    ) -> AvatarCard | Response:
        if is_ours(request, settings):
            response.headers["Cache-Control"] = "no-cache"
            return card
        refused = problem_of(foreign(request))
        refused.headers.update(_ANYBODYS)  # or the page could not read why
        return refused

    return router
