"""Feed mutated answers to the adapter: whole readings over a canned network, and rows directly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

import httpx

from connector.domain.accounts import Account, Billing, StatusChange
from connector.domain.invoices import CreditNote, Invoice
from connector.domain.payments import Payment
from connector.errors import PlatformError
from connector.ports.platform import Reading
from connector.splynx import SplynxPlatform, records
from connector.splynx.codec import decode_items
from connector.splynx.mapping import PlatformMapping, load_mapping
from connector.splynx.row import Row, read_rows
from connector.splynx.verdict import judge_read
from connector.splynx.wire import Reply, Request
from tests.fuzz.mutations import dumped, mutate, parsed
from tests.fuzz.oracle import unfaithful
from tests.fuzz.recording import AUTO, OK, ZONE, Answer, Key, Question, connect, key_of

UNCHANGED, ALTERED = "accepted unchanged", "accepted as it now says"
QUARANTINED, REFUSED = "quarantined", "refused"
STATUSES = (200, 201, 204, 301, 400, 401, 403, 404, 405, 422, 429, 500, 502, 503)
RECORDS: Mapping[type, str] = {
    Account: "account",
    Billing: "billing",
    Invoice: "invoice",
    CreditNote: "credit_note",
    Payment: "payment",
    StatusChange: "status_change",
}
BUILDERS: Mapping[str, Callable[[Row], Any]] = {
    "account": records.account_in,
    "billing": records.billing_in,
    "invoice": records.invoice_in,
    "credit_note": records.credit_note_in,
    "payment": records.payment_in,
    "status_change": records.status_change_in,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fed:
    """What became of one mutated answer."""

    mutation: str
    outcome: str
    wrongs: tuple[str, ...] = ()  #: what must never be: an error of no name, a value that changed


class Canned(httpx.BaseTransport):
    """The answers of one question, one of them another; nothing else is answered with anything."""

    def __init__(self) -> None:
        self.answers: Mapping[Key, Answer] = {}
        self.served: list[bytes] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer that was recorded, or the empty list."""
        empty = Answer(status=OK, headers={"content-type": "application/json"}, body=b"[]")
        answer = self.answers.get(key_of(request), empty)
        self.served.append(answer.body)
        return httpx.Response(answer.status, headers=_sized(answer), content=answer.body)


def _sized(answer: Answer) -> dict[str, str]:
    return {name: text for name, text in answer.headers.items() if name != "content-length"}


class Feeder:
    """The real adapter of one release over a canned network."""

    def __init__(self, release: str) -> None:
        self.release = release
        self.canned = Canned()
        self._connection = connect("5.1" if release == "5.1" else "4.3", self.canned)
        self.mapping = self._connection.mapping

    def feed(self, dice: Random, question: Question) -> Fed:
        """Ask a question, and let one of its answers be mutated."""
        key = dice.choice(list(question.answers))
        whole = question.answers[key]
        mutation, body = mutate(dice, whole.body)
        status = dice.choice(STATUSES) if dice.random() < 0.15 else whole.status
        headers = {**whole.headers, "content-type": dice.choice(("application/json", "text/html"))}
        changed = Answer(status=status, headers=headers, body=body)
        return self.ask(question, {**question.answers, key: changed}, mutation)

    def ask(self, question: Question, answers: Mapping[Key, Answer], mutation: str) -> Fed:
        """Ask a question to which this is answered."""
        self.canned.answers, self.canned.served = answers, []
        connection = self._connection
        if question.name == AUTO:
            connection = connect("auto", self.canned)
        try:
            found = question.call(SplynxPlatform(connection))
        except PlatformError:
            return Fed(mutation=mutation, outcome=REFUSED)
        except Exception as error:  # noqa: BLE001 - whatever it is, it was to be ours
            wrong = f"{question.name} ({self.release}): {type(error).__name__}: {error}"
            return Fed(mutation=mutation, outcome=REFUSED, wrongs=(wrong,))
        if isinstance(found, Reading):
            outcome = QUARANTINED if found.quarantined else ALTERED
            return Fed(mutation=mutation, outcome=outcome, wrongs=tuple(self._judge(found.rows)))
        rows = [found] if type(found) in RECORDS else []
        return Fed(mutation=mutation, outcome=ALTERED, wrongs=tuple(self._judge(rows)))

    def close(self) -> None:
        """The end."""
        self._connection.close()

    def _judge(self, found: Any) -> Iterator[str]:
        """Each record says what one of the rows says that were served."""
        rows = [row for body in self.canned.served for row in rows_of(body)]
        for value in found:
            record = RECORDS.get(type(value))
            if record is None:
                continue
            wrongs = [list(unfaithful(self.mapping, record, value, row)) for row in rows]
            if not any(not each for each in wrongs):
                nearest = min(wrongs, key=len, default=["no row at all"])
                yield f"{record} of no row that was served: {nearest[:3]}"


def feed_rows(dice: Random, sample: Sample) -> Fed:
    """The quick way: a body of one kind of records, from its bytes to values of the domain."""
    mutation, body = mutate(dice, sample.body)
    try:
        outcome, wrongs = decode(sample, body)
    except PlatformError:
        return Fed(mutation=mutation, outcome=REFUSED)
    except Exception as error:  # noqa: BLE001 - whatever it is, it was to be ours
        wrong = (
            f"{sample.record} ({sample.release}): {type(error).__name__}: {error}: {body[:300]!r}"
        )
        return Fed(mutation=mutation, outcome=REFUSED, wrongs=(wrong,))
    return Fed(mutation=mutation, outcome=outcome, wrongs=tuple(wrongs))


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """A body with a few rows of one kind, and what they mean."""

    release: str
    record: str
    body: bytes
    meaning: Mapping[str, Any]  #: each row as text, and the value of it


REQUEST = Request(method="GET", path="admin/sample")


def decode(sample: Sample, body: bytes) -> tuple[str, list[str]]:
    """What a body comes to, and what is wrong with that.

    Raises:
        PlatformError: the adapter refuses it.
    """
    reply = Reply(status=OK, body=body, headers={"content-type": "application/json"})
    if error := judge_read(REQUEST, reply):
        raise error
    try:
        rows = decode_items(reply.parsed())
    except ValueError as problem:
        raise PlatformError(str(problem)) from None
    mapping, build = mapping_of(sample.release), BUILDERS[sample.record]
    wrongs: list[str] = []
    unchanged = quarantined = 0
    for data in rows:
        row = Row(mapping=mapping, record=sample.record, data=data, zone=ZONE)
        found = read_rows([row], sample.record, build)
        known = sample.meaning.get(_text_of(data))
        if found.quarantined:
            quarantined += 1
            if known is not None:
                wrongs.append(f"a sound {sample.record} is in quarantine: {found.quarantined[0]}")
            continue
        (value,) = found.rows
        unchanged += value == known
        if known is not None and value != known:
            wrongs.append(f"a sound {sample.record} became {value}")
        wrongs += unfaithful(mapping, sample.record, value, data)
    if quarantined:
        return QUARANTINED, wrongs
    return (UNCHANGED if unchanged == len(sample.meaning) == len(rows) else ALTERED), wrongs


def samples_of(questions: list[Question]) -> list[Sample]:
    """A few rows of every kind, from the lists that were answered."""
    wanted = {
        "accounts": "account",
        "invoices": "invoice",
        "credit notes": "credit_note",
        "payments": "payment",
        "status changes": "status_change",
        "billing": "billing",
    }
    found: list[Sample] = []
    for question in questions:
        record = wanted.get(question.name)
        if record is None:
            continue
        bodies = [parsed(answer.body) for answer in question.answers.values()]
        rows = [row for body in bodies for row in (body if isinstance(body, list) else [body])]
        found += [
            _sample(question.release, record, rows[at : at + 2])
            for at in range(0, min(len(rows), 12), 2)
        ]
    return found


def _sample(release: str, record: str, rows: list[dict[str, Any]]) -> Sample:
    mapping, body = mapping_of(release), dumped(rows)
    return Sample(
        release=release,
        record=record,
        body=body,
        meaning={
            _text_of(data): BUILDERS[record](
                Row(mapping=mapping, record=record, data=data, zone=ZONE)
            )
            for data in rows_of(body)
        },
    )


@cache
def mapping_of(release: str) -> PlatformMapping:
    """The mapping of a release."""
    return load_mapping(release)


def rows_of(body: bytes) -> list[dict[str, Any]]:
    """The objects of a body, parsed without the adapter; none if it is no JSON."""
    try:
        found = json.loads(body, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return []
    rows = found if isinstance(found, list) else [found]
    return [row for row in rows if isinstance(row, dict)]


def _text_of(row: Mapping[str, Any]) -> str:
    return repr(row)
