"""Every refusal and failure, and the problem document (RFC 9457) that it becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any, TypedDict

from pydantic import BaseModel, ConfigDict, Field

from support.backend.platform import correlation

MEDIA_TYPE = "application/problem+json"


class FieldError(TypedDict):
    """One wrong part of a request: where it is (body, query, header), a JSON pointer to it, what is wrong."""

    location: str
    pointer: str
    detail: str


class ProblemDocument(BaseModel):
    """RFC 9457. Each of `errors` has `location`, `pointer` and `detail`; some kinds of problem have further members."""

    model_config = ConfigDict(extra="allow")

    type: Annotated[str, Field(json_schema_extra={"pattern": "^/problems/"})]
    title: str
    status: int
    detail: str
    errors: Annotated[
        list[dict[str, str]],
        Field(json_schema_extra={"items": {"type": "object", "required": ["location", "pointer", "detail"]}}),
    ]
    correlation_id: str


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


def method_not_allowed(allowed: Sequence[str]) -> Problem:
    """The address knows other methods, which the answer names; it is the same for every id, known or not."""
    detail = f"This address knows {', '.join(allowed)}."
    return Problem(405, "method-not-allowed", detail, headers={"Allow": ", ".join(allowed)})


def unauthenticated() -> Problem:
    """The token is missing, wrong, expired or revoked; the answer does not say which."""
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


def document(problem: Problem) -> ProblemDocument:
    """What the caller gets to read, with the id of the request or frame at hand."""
    return ProblemDocument.model_validate(
        {
            "type": f"/problems/{problem.kind}",
            "title": HTTPStatus(problem.status).phrase,
            "status": problem.status,
            "detail": problem.detail,
            "errors": [],
            **problem.members,
            "correlation_id": correlation.current.get(),
        }
    )


def pointer_part(part: object) -> str:
    """One step of a JSON pointer, escaped as RFC 6901 says; what UTF-8 cannot hold is spelled out."""
    return str(part).replace("~", "~0").replace("/", "~1").encode("utf-8", "backslashreplace").decode()
