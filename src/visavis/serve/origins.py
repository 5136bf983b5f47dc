"""Which pages may use this server: its own, and those of origins that the operator has named.

Browsers name the page's origin with each request that matters; without a check any site could talk
to a server on its visitor's machine. What a page of an allowed origin may read, CORS tells its
browser (the Fetch standard, "CORS protocol").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.requests import HTTPConnection

from visavis.errors import ConfigError
from visavis.serve.problems import RefusedError, problem_of
from visavis.serve.settings import ServeSettings, is_loopback

ANYWHERE = "*"

_SHARED = ("/v1/",)
"""Paths whose answers pages of allowed origins may read."""

_MAX_AGE_S = 600
"""How long a browser need not ask again; Chromium keeps an answer for two hours at most."""


def read_origins(named: Iterable[str]) -> tuple[str, ...]:
    """What `--allow-origin` names, as browsers write it; `*` is every origin.

    Raises:
        ConfigError: it is no origin, and would never match.
    """
    return tuple(_origin(name.strip()) for name in named)


def _origin(name: str) -> str:
    if name == ANYWHERE:
        return name
    parts = urlsplit(name)
    if not parts.scheme or not parts.netloc or parts.path.strip("/") or parts.query:
        raise ConfigError(
            f"--allow-origin {name} names no origin.",
            hint="An origin is scheme, host and port: --allow-origin https://example.org",
        )
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_ours(connection: HTTPConnection, settings: ServeSettings) -> bool:
    """Whether it is no page's, a page of this server, or one of an allowed origin."""
    origin = connection.headers.get("origin")
    if origin is None or origin in settings.allow_origins or ANYWHERE in settings.allow_origins:
        return True
    return urlsplit(origin).netloc == connection.headers.get("host")


def foreign(connection: HTTPConnection) -> RefusedError:
    """The refusal of a page that is not ours; says how its owner can have it let in."""
    origin = connection.headers.get("origin", "")
    hint = f"Start the server with --allow-origin {origin}"
    if origin == "null":  # what browsers send for files, and for frames in a sandbox
        hint = "Load the page from a web server: one opened from a file has no origin."
    return RefusedError(
        403, "origin", "Pages of another origin may not use this server.", hint=hint
    )


def preflight(request: Request, settings: ServeSettings) -> Response | None:
    """The answer to a browser that asks first what a page may do; None if it does not ask that."""
    asked = request.headers.get("access-control-request-method")
    if request.method != "OPTIONS" or asked is None or not request.url.path.startswith(_SHARED):
        return None
    if not is_ours(request, settings):
        return problem_of(foreign(request))
    headers = {
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": "Authorization, Content-Type, xi-api-key",
        "Access-Control-Max-Age": str(_MAX_AGE_S),
    }
    return Response(status_code=204, headers=headers)


def shared(request: Request, settings: ServeSettings) -> Mapping[str, str]:
    """The headers by which a page of an allowed origin may read an answer."""
    if not request.url.path.startswith(_SHARED):
        return {}
    origin = request.headers.get("origin")
    if origin is None or not is_ours(request, settings):
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "Retry-After",
    }


def is_this_machine(connection: HTTPConnection, settings: ServeSettings) -> bool:
    """Whether only a program on this machine can have sent it.

    The server must listen on the loopback alone, the client must have asked for it by such a name
    (or a page elsewhere could have that name point here), and no proxy may stand in between.
    """
    headers = connection.headers
    if "forwarded" in headers or "x-forwarded-for" in headers:
        return False
    return is_loopback(settings.host) and is_loopback(connection.url.hostname or "")
