"""Every error of the application, the framework's own included, as an answer with a problem document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException

from support.backend.http import methods
from support.backend.platform import problems
from support.backend.platform.problems import Problem


def render(problem: Problem) -> Response:
    """The whole answer."""
    body = problems.document(problem).model_dump_json()
    return Response(body, problem.status, problem.headers, problems.MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make every error of the application, the framework's own included, a problem document."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RedisError, _on_redis_error)
    app.add_exception_handler(Exception, _on_bug)


async def _on_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return render(error)


async def _on_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    details: Sequence[Mapping[str, Any]] = error.errors()
    if any(detail["loc"][0] == "path" for detail in details):
        return render(problems.not_found())
    return render(problems.invalid([_field_error(detail) for detail in details]))


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return render(problems.not_found())
    if error.status_code == 405:
        return render(problems.method_not_allowed(methods.allowed(request)))
    kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    return render(Problem(error.status_code, kind, str(error.detail), headers=error.headers))


async def _on_redis_error(_: Request, __: Exception) -> Response:
    return render(problems.unavailable("session store"))


async def _on_bug(_: Request, __: Exception) -> Response:
    return render(Problem(500, "internal-error", "Something went wrong here. It has been recorded."))


def _field_error(detail: Mapping[str, Any]) -> problems.FieldError:
    location, *path = detail["loc"]
    deeper = getattr(detail.get("ctx", {}).get("error"), "pointer", "")
    pointer = "".join(f"/{problems.pointer_part(part)}" for part in path) + deeper
    return problems.field_error(pointer, detail["msg"].removeprefix("Value error, "), str(location))
