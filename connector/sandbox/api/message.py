"""Requests and answers of the API, free of any web framework."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from urllib.parse import unquote

from connector.sandbox.errors import ApiFault, FieldFault
from connector.sandbox.search import Habits
from connector.sandbox.wire.brackets import Tree, parse_query
from connector.sandbox.wire.json_text import dump, load
from connector.sandbox.wire.multipart import MULTIPART, Form, Upload, read_form

ROOT = "/api/2.0/admin/"
PORTAL = "/api/2.0/portal/"
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
    habits: Habits = field(default_factory=Habits)

    @property
    def parameters(self) -> dict[str, Tree]:
        """The query, parsed, as far as the installation heeds it."""
        return self.habits.heed(parse_query(self.query))

    @property
    def offset(self) -> int:
        """How many rows the query leaves out; 0 unless it says."""
        if "offset" not in self.query:
            return 0
        given = parse_query(self.query).get("offset")
        return int(given) if isinstance(given, str) and given.isdecimal() else 0

    @property
    def parts(self) -> list[str]:
        """The pieces of the path below the root; empty when the path is outside it."""
        return list(_below(ROOT, self.path))

    @property
    def portal_parts(self) -> list[str]:
        """The pieces of a path of the customer portal; empty when it is none."""
        return list(_below(PORTAL, self.path))

    def fields(self) -> Mapping[str, object]:
        """The body as attributes, from JSON or a form."""
        if not self.body.strip():
            return {}
        if MULTIPART in self.content_type:
            return self._form().fields
        if "form-urlencoded" in self.content_type:
            return parse_query(self.body.decode("utf-8", "replace"))
        body = self._json()
        if not isinstance(body, dict):
            raise ApiFault(400, "INVALID_INPUT_DATA", "Body must be an object")
        return body

    def bodies(self) -> list[Mapping[str, object]]:
        """The body as several rows, where a list of objects is taken too."""
        listed = self._json() if self.body.lstrip().startswith(b"[") else None
        if not isinstance(listed, list):
            return [self.fields()]
        if not all(isinstance(each, dict) for each in listed):
            raise ApiFault(400, "INVALID_INPUT_DATA", "Body must be a list of objects")
        return listed

    def files(self) -> tuple[Upload, ...]:
        """The files that came with a multipart body, in their order."""
        if MULTIPART not in self.content_type or not self.body.strip():
            return ()
        return self._form().files

    def _json(self) -> object:
        try:
            return load(self.body)
        except ValueError as error:
            raise ApiFault(400, "BAD_REQUEST", "Body is not JSON") from error

    def _form(self) -> Form:
        try:
            return read_form(self.content_type, self.body)
        except ValueError as error:
            raise ApiFault(400, "BAD_REQUEST", "Body is not a form") from error


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """One answer; `text` is the body as it goes out."""

    status: int
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_body(self, text: str) -> "Reply":
        """The same answer with another body."""
        return replace(self, text=text)


@lru_cache(maxsize=1024)
def _below(root: str, path: str) -> tuple[str, ...]:
    if not path.startswith(root):
        return ()
    return tuple(unquote(part) for part in path[len(root) :].strip("/").split("/"))


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


def validation_reply(fault: FieldFault, form: str = "list") -> Reply:
    """A validation error: 422 as a list of field and message, as an error, or as a map."""
    match form:
        case "error":
            return fault_reply(ApiFault(422, "INVALID_INPUT_DATA", str(fault)))
        case "map":
            return json_reply(422, {name: [text] for name, text in fault.problems.items()})
    problems = [{"field": name, "message": text} for name, text in fault.problems.items()]
    return json_reply(422, problems)
