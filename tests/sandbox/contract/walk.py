"""Walking all documented endpoints in their order, and telling what each lacks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.sandbox.caller import Answer
from tests.sandbox.contract.addresses import (
    PLACE,
    collection,
    is_table,
    maker_of,
    reader_of,
    types_of,
)
from tests.sandbox.contract.bodies import Writer
from tests.sandbox.contract.exceptions import (
    EXAMPLES,
    HELD_OTHERWISE,
    MARKED,
    NUMBERS_ANYWAY,
    ONE_ROW,
    UNLISTED,
    UNTYPED,
)
from tests.sandbox.contract.facts import ENDPOINTS, Endpoint
from tests.sandbox.contract.judge import best_row, known, numbers_in, same
from tests.sandbox.contract.puts import PLACES, PUTS, QUERIES
from tests.sandbox.contract.scene import Scene


@dataclass(kw_only=True, slots=True)
class Walk:
    """One walk through a release: what each endpoint lacks, and the answer types that it met."""

    release: str
    problems: dict[str, list[str]] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)


def walk(release: str) -> Walk:
    """Ask every endpoint."""
    guide = Guide(release)
    for endpoint in ENDPOINTS:
        guide.visit(endpoint)
    return guide.walk


class Guide:
    """Leads through one scene; remembers the ids that were made."""

    def __init__(self, release: str) -> None:
        self.walk = Walk(release=release)
        self.scene = Scene(release)
        self.linked = release == "5.1"
        self.writer = Writer(self.scene.ids, linked=self.linked)
        self.made: dict[str, Any] = {}

    def visit(self, endpoint: Endpoint) -> None:
        """Ask one endpoint and note what is wrong with it."""
        try:
            self.walk.problems[endpoint.key] = list(self._wrongs(endpoint))
        except (LookupError, ValueError, TypeError, AttributeError, AssertionError) as error:
            self.walk.problems[endpoint.key] = [f"{type(error).__name__}: {error}"]
        if not self.walk.problems[endpoint.key]:
            self.walk.met.update(types_of(endpoint))

    def lacking(self, endpoint: Endpoint, name: str) -> Answer:
        """The answer to a documented body without one of its attributes."""
        body = self.writer.body(endpoint.request)
        body.pop(name, None)
        who = self._authorization(endpoint)
        address = self._address(endpoint)
        return self.scene.ask("POST", address, body, media=endpoint.media, authorization=who)

    def _wrongs(self, endpoint: Endpoint) -> Iterator[str]:
        body = self._body(endpoint)
        address = self._address(endpoint)
        answer = self.scene.ask(
            endpoint.method,
            address,
            body,
            media=endpoint.media,
            authorization=self._authorization(endpoint),
        )
        if answer.status != endpoint.status:
            yield f"{answer.status} instead of {endpoint.status}: {answer.text[:200]}"
            return
        yield from self._wrong_answer(endpoint, answer)
        yield from self._followed_up(endpoint, address, answer, body)

    def _wrong_answer(self, endpoint: Endpoint, answer: Answer) -> Iterator[str]:
        typed = endpoint.answer or endpoint.key in UNTYPED
        value: Any = answer.json if typed else None
        if endpoint.method == "OPTIONS":
            value = value["attributes"] + value["additional_attributes"]
        many = endpoint.many and endpoint.key not in ONE_ROW
        if many != isinstance(value, list):
            yield f"answered {answer.text[:80]}"
            return
        for shape in UNTYPED.get(endpoint.key, endpoint.answer):
            rows = value if many else [value]
            yield from best_row(rows, shape, linked=self.linked)
        if not self.linked and endpoint.path not in NUMBERS_ANYWAY and endpoint.method != "OPTIONS":
            yield from (f"{number!r} is not text" for number in list(numbers_in(value))[:3])

    def _followed_up(
        self, endpoint: Endpoint, address: str, answer: Answer, body: Any
    ) -> Iterator[str]:
        """What must hold after an answer: new rows are kept, old ones gone, lists counted."""
        match endpoint.method:
            case "POST" if endpoint.request and isinstance(body, dict):
                self._remember(endpoint, answer)
                yield from self._held(endpoint, body)
            case "PUT" if isinstance(body, dict) and body and not endpoint.fixed:
                yield from self._held(endpoint, body)
            case "DELETE":
                self.made.pop(collection(endpoint.path), None)
                again = self.scene.ask("GET", address)
                if again.status == 200 and again.json and endpoint.path not in MARKED:
                    yield "still there after DELETE"
            case "GET" if endpoint.many and is_table(endpoint):
                yield from self._counted(endpoint, address, len(answer.json))

    def _remember(self, endpoint: Endpoint, answer: Answer) -> None:
        made = answer.json if answer.text not in ("", "null") else None
        if isinstance(made, dict) and made:
            number = next(iter(made.values()))
            self.made[endpoint.path] = number[-1] if isinstance(number, list) else number

    def _held(self, endpoint: Endpoint, body: Mapping[str, Any]) -> Iterator[str]:
        """What was sent and is not read back."""
        reader = reader_of(endpoint)
        if reader is None:
            return
        answer = self.scene.ask(
            "GET", self._address(reader), authorization=self._authorization(reader)
        )
        if answer.status != 200:
            yield f"not read back: {answer.status} {answer.text[:80]}"
            return
        row = answer.json
        if isinstance(row, list):
            row = next((each for each in row if self._is_made(endpoint, each)), *row[:1])
        shape = known(reader.answer[0], linked=self.linked) if reader.answer else {}
        for name, sent in body.items():
            if name not in {*shape, *row} or (endpoint.path, name) in HELD_OTHERWISE:
                continue
            if not same(sent, row.get(name)):
                yield f"{name}: sent {sent!r}, held {row.get(name)!r}"

    def _is_made(self, endpoint: Endpoint, row: Mapping[str, Any]) -> bool:
        return str(row.get("id")) == str(self.made.get(collection(endpoint.path), ""))

    def _counted(self, endpoint: Endpoint, address: str, rows: int) -> Iterator[str]:
        who = self._authorization(endpoint)
        head = self.scene.ask("HEAD", address, authorization=who)
        if head.headers.get("x-total-count") != str(rows):
            yield f"HEAD {head.status} counts {head.headers.get('x-total-count')} of {rows}"
        options = self.scene.ask("OPTIONS", address, authorization=who)
        if options.status != 200:
            yield f"OPTIONS {options.status}"
            return
        listed = {attribute["name"] for attribute in options.json["attributes"]}
        documented = {
            name
            for shape in endpoint.answer
            for name in known(shape, linked=self.linked)
            if name not in UNLISTED
        }
        if documented - listed:
            yield f"OPTIONS lacks {sorted(documented - listed)}"

    def _body(self, endpoint: Endpoint) -> Any:
        given = PUTS.get(endpoint.key)
        if given is not None:
            return given(self.scene) if callable(given) else given
        if endpoint.request:
            return self.writer.body(endpoint.request)
        if endpoint.method != "PUT" or endpoint.fixed:
            return {} if endpoint.media.startswith("multipart") else None
        return self._changed(endpoint)

    def _changed(self, endpoint: Endpoint) -> dict[str, Any]:
        """New texts for what a row was made of."""
        maker = maker_of(endpoint.path)
        if maker is None:
            raise LookupError(f"no body for {endpoint.key}")
        body = self.writer.body(maker.request)
        changed = {
            name: f"{text} anew"
            for name, text in body.items()
            if isinstance(text, str)
            and text.startswith("Some ")
            and (maker.path, name) not in HELD_OTHERWISE
        }
        if not changed:
            raise LookupError(f"nothing to change for {endpoint.key}")
        return changed

    def _authorization(self, endpoint: Endpoint) -> str | None:
        """A customer's token for the portal, a token for what Basic may not, nothing to log in."""
        if endpoint.path.startswith("/portal/login") or endpoint.path == "/admin/auth/tokens":
            return ""
        if endpoint.path.startswith("/portal"):
            login = "monthly" if endpoint.path.endswith("billing-info") else "prepaid"
            return self._token("customer", login=login, password="open")
        if endpoint.path == "/admin/auth/sessions":
            world = self.scene.bench.world
            return self._token("admin", login="admin", password=world.secret)
        return None

    def _token(self, kind: str, **given: str) -> str:
        token = self.scene.login(auth_type=kind, **given)["access_token"]
        return f"Splynx-EA (access_token={token})"

    def _address(self, endpoint: Endpoint) -> str:
        path = EXAMPLES.get(endpoint.path, endpoint.path)
        path = PLACE.sub(lambda match: str(self._place(endpoint, match[1])), path)
        asked = [name for name in endpoint.query if name != "main_attributes"]
        told = ((name, str(self._asked(endpoint, name))) for name in asked)
        query = {name: value for name, value in told if value}
        if "main_attributes" in endpoint.query:
            query |= {"main_attributes[id][0]": ">", "main_attributes[id][1]": "0"}
        query |= dict(endpoint.fixed)
        return f"{path}?{urlencode(query)}" if query else path

    def _asked(self, endpoint: Endpoint, name: str) -> object:
        given = QUERIES.get((endpoint.path, name), QUERIES.get(("", name)))
        if callable(given):
            return given(self.scene)
        return given if given is not None else self._place(endpoint, name)

    def _place(self, endpoint: Endpoint, name: str) -> object:
        given: Callable[[Scene], object] | object | None = PLACES.get((endpoint.key, name))
        if given is None:
            given = PLACES.get((endpoint.path, name))
        if given is not None:
            return given(self.scene) if callable(given) else given
        above = endpoint.path
        while above != (above := collection(above)):
            last = PLACE.findall(endpoint.path)[-1] == name
            if last and above in self.made:
                return self.made[above]
        known_id = self.scene.ids.get(name.removesuffix("_id"))
        return known_id if known_id is not None else self._first(endpoint)

    def _first(self, endpoint: Endpoint) -> object:
        """The id of the first row of a list."""
        above = collection(endpoint.path)
        rows = self.scene.ask("GET", above).json
        if not isinstance(rows, list) or not rows:
            raise LookupError(f"no row in {above}")
        return rows[0].get("id", rows[0].get("name"))
