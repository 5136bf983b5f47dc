"""Errors of /v1 as RFC 9457 problem documents: one shape, whoever refuses."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from visavis.errors import (
    BusyError,
    ClientError,
    EngineError,
    SetupError,
    TooLargeError,
    VisavisError,
)
from visavis.serve.tickets import StoreError
from visavis.sounds import SoundError

MEDIA_TYPE = "application/problem+json"

_STATUS: Mapping[type[VisavisError], int] = {
    TooLargeError: 413,
    SoundError: 422,
    ClientError: 422,
    BusyError: 503,
    StoreError: 503,
    SetupError: 501,
    EngineError: 502,
}
"""The first that fits."""

_CODES = {401: "unauthorised", 403: "forbidden", 404: "not_found", 405: "method", 411: "length"}


class RefusedError(VisavisError):
    """A request is refused with a status of its own."""

    code = "refused"
    fault = "client"

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        hint: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})


def problem(
    status: int, code: str, detail: str, hint: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """A problem document. `type` names the kind of problem, and no page."""
    body = {
        "type": f"urn:visavis:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if hint:
        body["hint"] = hint
    return JSONResponse(body, status, dict(headers or {}), media_type=MEDIA_TYPE)


def problem_of(error: VisavisError) -> Response:
    """The document of an error raised on purpose."""
    if isinstance(error, RefusedError):
        return problem(error.status, error.code, str(error), error.hint, error.headers)
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
    return problem(status, error.code, str(error), error.hint)


def tell_problems(app: FastAPI) -> None:
    """Have all of the application's errors told so. What was sent is never sent back: it may hold
    a key.
    """

    @app.exception_handler(VisavisError)
    async def raised(_: Request, error: VisavisError) -> Response:  # pyright: ignore[reportUnusedFunction]
        return problem_of(error)

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> Response:  # pyright: ignore[reportUnusedFunction]
        code = _CODES.get(error.status_code, "refused")
        return problem(error.status_code, code, str(error.detail), headers=error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:  # pyright: ignore[reportUnusedFunction]
        wrong = [
            f"{'.'.join(map(str, one['loc'][1:])) or 'the body'}: {one['msg']}"
            for one in error.errors()
        ]
        more = f" (and {len(wrong) - 3} more)" if len(wrong) > 3 else ""
        detail = "; ".join(wrong[:3]) + more
        return problem(422, "invalid", detail, "The API's description is at /openapi.json.")
