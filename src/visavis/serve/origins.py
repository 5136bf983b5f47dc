"""Which pages may use this server."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from visavis.serve.settings import ServeSettings, is_loopback


def is_ours(connection: HTTPConnection, settings: ServeSettings) -> bool:
    """Browsers name the page's origin; without a check any site could talk to a local server."""
    origin = connection.headers.get("origin")
    if origin is None or origin in settings.allow_origins or "*" in settings.allow_origins:
        return True
    return urlsplit(origin).netloc == connection.headers.get("host")


def is_this_machine(connection: HTTPConnection, settings: ServeSettings) -> bool:
    """Whether only a program on this machine can have sent it.

    The server must listen on the loopback alone, the client must have asked for it by such a name
    (or a page elsewhere could have that name point here), and no proxy may stand in between.
    """
    headers = connection.headers
    if "forwarded" in headers or "x-forwarded-for" in headers:
        return False
    return is_loopback(settings.host) and is_loopback(connection.url.hostname or "")
