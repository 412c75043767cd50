"""Every refusal and failure as a problem document (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypedDict

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException

from support.backend.platform import correlation

MEDIA_TYPE = "application/problem+json"


class FieldError(TypedDict):
    """One wrong part of a request: where it is (body, query, header), a JSON pointer to it, what is wrong."""

    location: str
    pointer: str
    detail: str


class Problem(Exception):
    """The request ends here, with this answer.

    Attributes:
        status: HTTP status code.
        kind: the last part of the problem's `type`.
        members: further members of the document.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members


def not_found() -> Problem:
    """One answer for what never existed, is gone, or belongs to somebody else."""
    return Problem(404, "not-found", "There is nothing under this address.")


def unauthenticated() -> Problem:
    """The token is missing, wrong, expired or revoked; which of them is nobody's business."""
    return Problem(401, "unauthenticated", "A valid bearer token is needed.", headers={"WWW-Authenticate": "Bearer"})


def invalid(errors: Sequence[FieldError], *, status: int = 422) -> Problem:
    """The request is understood and not acceptable; every error found is listed."""
    detail = "; ".join(f"{error['pointer'] or error['location']}: {error['detail']}" for error in errors)
    return Problem(status, "invalid-request", detail, errors=list(errors))


def field_error(pointer: str, detail: str, location: str = "body") -> FieldError:
    """One entry of `errors`."""
    return {"location": location, "pointer": pointer, "detail": detail}


def unavailable(service: str) -> Problem:
    """A service the backend needs does not answer."""
    return Problem(503, "unavailable", f"The {service} cannot be reached. Try again.", headers={"Retry-After": "1"})


def document(problem: Problem, correlation_id: str) -> dict[str, Any]:
    """The body of the answer, in the order of RFC 9457."""
    return {
        "type": f"/problems/{problem.kind}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "errors": problem.members.get("errors", []),
        **problem.members,
        "correlation_id": correlation_id,
    }


def render(problem: Problem) -> JSONResponse:
    """The whole answer."""
    body = document(problem, correlation.current.get())
    return JSONResponse(body, problem.status, problem.headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make every error of the application, the framework's own included, a problem document."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RedisError, _on_redis_error)
    app.add_exception_handler(Exception, _on_bug)


async def _on_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return render(error)


async def _on_invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    details: Sequence[Mapping[str, Any]] = error.errors()
    if any(detail["loc"][0] == "path" for detail in details):
        return render(not_found())
    return render(invalid([_field_error(detail) for detail in details]))


async def _on_http_exception(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return render(not_found())
    kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    return render(Problem(error.status_code, kind, str(error.detail), headers=error.headers))


async def _on_redis_error(_: Request, __: Exception) -> JSONResponse:
    return render(unavailable("session store"))


async def _on_bug(_: Request, __: Exception) -> JSONResponse:
    return render(Problem(500, "internal-error", "Something went wrong here. It has been recorded."))


def _field_error(detail: Mapping[str, Any]) -> FieldError:
    location, *path = detail["loc"]
    within = getattr(detail.get("ctx", {}).get("error"), "pointer", "")
    pointer = "".join(f"/{pointer_part(part)}" for part in path) + within
    return field_error(pointer, detail["msg"].removeprefix("Value error, "), str(location))


def pointer_part(part: object) -> str:
    """One step of a JSON pointer, escaped as RFC 6901 says; what UTF-8 cannot hold is spelled out."""
    return str(part).replace("~", "~0").replace("/", "~1").encode("utf-8", "backslashreplace").decode()
