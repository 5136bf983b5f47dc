"""What is not even read: requests from pages of another origin, of unknown or too great length."""

from __future__ import annotations

from fastapi import Request, Response

from visavis.serve.origins import foreign, is_ours, preflight
from visavis.serve.problems import problem, problem_of
from visavis.serve.settings import ServeSettings
from visavis.wire.lips import MAX_AUDIO_BYTES

MAX_SOUND_BODY_BYTES = MAX_AUDIO_BYTES * 4 // 3 + 1_000_000
"""Base64 is a third longer than what it holds."""

MAX_BODY_BYTES = 256 * 1024
"""Of all else: fifty dynamic variables of two thousand letters fit."""

_WITH_SOUND = "/v1/visemes"


def answer_at_once(request: Request, settings: ServeSettings) -> Response | None:
    """Why it is refused, or what its browser asked first; None if the application is to answer.

    Ask before the application does, which reads the body first of all.
    """
    if (asked_first := preflight(request, settings)) is not None:
        return asked_first
    if request.method != "POST" or not request.url.path.startswith("/v1/"):
        return None
    if not is_ours(request, settings):
        return problem_of(foreign(request))
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        return problem(
            411, "length", "The request does not say how long it is.", "Send Content-Length."
        )
    sound = request.url.path.startswith(_WITH_SOUND)
    most = MAX_SOUND_BODY_BYTES if sound else MAX_BODY_BYTES
    if int(length) > most:
        return problem(413, "too_large", f"The request is longer than {most} bytes.")
    return None
