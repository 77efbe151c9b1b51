"""Requests and answers of the API, free of any web framework."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.wire.brackets import Tree, parse_query
from connector.sandbox.wire.json_text import dump, load

ROOT = "/api/2.0/admin/"
JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One request to the API."""

    method: str
    path: str
    query: str = ""
    authorization: str = ""
    user_agent: str = ""
    address: str = "127.0.0.1"
    content_type: str = "application/json"
    body: bytes = b""

    @property
    def parameters(self) -> dict[str, Tree]:
        """The query, parsed."""
        return parse_query(self.query)

    @property
    def parts(self) -> list[str]:
        """The pieces of the path below the root; empty when the path is outside it."""
        if not self.path.startswith(ROOT):
            return []
        return [unquote(part) for part in self.path[len(ROOT) :].strip("/").split("/")]

    def fields(self) -> Mapping[str, object]:
        """The body as attributes, from JSON or a form."""
        if not self.body.strip():
            return {}
        if "form-urlencoded" in self.content_type:
            return parse_query(self.body.decode("utf-8", "replace"))
        try:
            body = load(self.body)
        except ValueError as error:
            raise ApiFault(400, "BAD_REQUEST", "Body is not JSON") from error
        if not isinstance(body, dict):
            raise ApiFault(400, "INVALID_INPUT_DATA", "Body must be an object")
        return body


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """One answer; `text` is the body as it goes out."""

    status: int
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_body(self, text: str) -> "Reply":
        """The same answer with another body."""
        return replace(self, text=text)


def json_reply(status: int, value: object, headers: Mapping[str, str] | None = None) -> Reply:
    """An answer with a JSON body."""
    return Reply(status=status, text=dump(value), headers={"Content-Type": JSON, **(headers or {})})


def fault_reply(fault: ApiFault) -> Reply:
    """An error in the platform's envelope."""
    error = {
        "message": fault.message,
        "code": fault.status,
        "internal_code": fault.internal_code,
    }
    return json_reply(fault.status, {"error": error}, fault.headers)


def validation_reply(fault: FieldFault) -> Reply:
    """A validation error: 422 with a list of field and message."""
    problems = [{"field": name, "message": text} for name, text in fault.problems.items()]
    return json_reply(422, problems)
