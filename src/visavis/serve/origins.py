"""Which pages may use this server."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from visavis.serve.settings import ServeSettings


def is_ours(connection: HTTPConnection, settings: ServeSettings) -> bool:
    """Browsers name the page's origin; without a check any site could talk to a local server."""
    origin = connection.headers.get("origin")
    if origin is None or origin in settings.allow_origins or "*" in settings.allow_origins:
        return True
    return urlsplit(origin).netloc == connection.headers.get("host")
