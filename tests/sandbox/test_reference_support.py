"""Tickets, messages and files, in the three ways in which bodies are sent."""

import base64
from typing import Any
from urllib.parse import urlencode

import pytest

from connector.sandbox.api.message import Call, Reply
from connector.sandbox.wire.json_text import load
from connector.sandbox.wire.multipart import read_form
from tests.sandbox.bench import Bench
from tests.sandbox.caller import AGENT

TICKET: dict[str, Any] = {"subject": "No light", "type_id": 1, "priority": "high"}
BOUNDARY = "----8f1b"
PICTURE = bytes(range(256)) + b"\r\n--\r\n\x00"


def send(bench: Bench, path: str, kind: str, body: bytes) -> Reply:
    """POST raw bytes of a content type."""
    address, _, query = path.partition("?")
    call = Call(
        method="POST",
        path=f"/api/2.0/admin/{address}",
        query=query,
        authorization=bench.basic(),
        user_agent=AGENT,
        content_type=kind,
        body=body,
    )
    return bench.still.api.answer(call)


def form(fields: dict[str, str], files: dict[str, tuple[str, str, bytes]]) -> bytes:
    """A multipart body."""
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{text}'.encode()
        for name, text in fields.items()
    ]
    parts += [
        f'Content-Disposition: form-data; name="{name}"; filename="{title}"\r\n'
        f"Content-Type: {kind}\r\n\r\n".encode()
        + content
        for name, (title, kind, content) in files.items()
    ]
    whole = b"".join(b"--" + BOUNDARY.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return whole + f"--{BOUNDARY}--\r\n".encode()


def multipart(
    bench: Bench,
    path: str,
    fields: dict[str, str],
    files: dict[str, tuple[str, str, bytes]] | None = None,
) -> Any:
    """POST a form with files; the answer."""
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    reply = send(bench, path, kind, form(fields, files or {}))
    assert reply.status == 201, reply.text
    return load(reply.text)


def first_messages(bench: Bench, ticket_id: int, **query: str) -> list[dict[str, Any]]:
    """The messages of a ticket."""
    rows = bench.get("support/ticket-messages", **query)
    return [row for row in rows if row["ticket_id"] == ticket_id]


def test_a_ticket_comes_with_its_message_in_each_kind_of_body(bench: Bench) -> None:
    """JSON, a form, and a form with a file make the same ticket."""
    customer = bench.account("30")
    flat = {**TICKET, "customer_id": customer, "message[message]": "Help"}
    nested = {**TICKET, "customer_id": customer, "message": {"message": "Help"}}
    made = [bench.post("support/tickets", nested)]
    kind = "application/x-www-form-urlencoded"
    reply = send(bench, "support/tickets", kind, urlencode(flat).encode())
    made.append(load(reply.text)["id"])  # type: ignore[index]
    texts = {name: str(value) for name, value in flat.items()}
    file = {"files[0]": ("a.png", "image/png", PICTURE)}
    made.append(multipart(bench, "support/tickets", texts, file)["id"])
    rows = [bench.get(f"support/tickets/{number}") for number in made]
    for row in rows:
        assert (row["subject"], row["priority"], row["status_id"]) == ("No light", "high", 1)
        assert (row["source"], row["reporter_type"], row["closed"]) == ("api", "api", "0")
        messages = first_messages(bench, row["id"])
        assert [message["message"] for message in messages] == ["Help"]
        assert messages[0]["customer_id"] == customer
    shown = first_messages(bench, made[2])[0]["files"]
    assert [file["filename_original"] for file in shown] == ["a.png"]


def test_an_answer_moves_its_ticket(bench: Bench) -> None:
    """A message that the customer may see makes the ticket unread, a hidden one does not."""
    ticket = bench.post("support/tickets", TICKET)
    bench.advance("2026-01-02")
    bench.post("support/ticket-messages", {"ticket_id": ticket, "hide_for_customer": True})
    assert bench.get(f"support/tickets/{ticket}")["unread_by_customer"] == "0"
    body = {"ticket_id": ticket, "message": "Fixed"}
    number = bench.post("support/ticket-messages", body)
    row = bench.get(f"support/tickets/{ticket}")
    assert row["unread_by_customer"] == "1"
    assert row["updated_at"] == "2026-01-02 09:00:00"
    message = bench.get(f"support/ticket-messages/{number}")
    assert (message["date"], message["time"]) == ("2026-01-02", "09:00:00")
    assert (message["author_type"], message["rawMessage"]) == ("api", "Fixed")


def test_files_are_kept_byte_for_byte(bench: Bench) -> None:
    """Their content is told only when asked for, and by the download."""
    ticket = bench.post("support/tickets", TICKET)
    message = bench.post("support/ticket-messages", {"ticket_id": ticket, "message": "x"})
    files = {
        "files[0]": ("light.png", "image/png", PICTURE),
        "files[1]": ("log.txt", "text/plain", b""),
    }
    made = multipart(bench, f"support/ticket-attachments?message_id={message}", {}, files)
    assert made == {"attachments": [1, 2]}
    plain = bench.get("support/ticket-attachments/1")
    assert "content" not in plain
    assert plain["has_thumbnail"] == "1"
    whole = bench.get("support/ticket-attachments", with_content="1")
    assert base64.b64decode(whole[0]["content"]) == PICTURE
    assert whole[1]["content"] == ""
    paper = bench.get("config/download/ticket_attachment--1")
    assert (paper["name"], paper["content_type"]) == ("light.png", "image/png")
    assert base64.b64decode(paper["content"]) == PICTURE
    shown = bench.get(f"support/ticket-messages/{message}", files_with_content="1")["files"]
    assert base64.b64decode(shown[0]["content"]) == PICTURE


def test_what_hangs_on_a_ticket_goes_with_it(bench: Bench) -> None:
    """Messages and their files."""
    texts = {name: str(value) for name, value in TICKET.items()}
    file = {"files[0]": ("a.txt", "text/plain", b"a")}
    ticket = multipart(bench, "support/tickets", texts, file)["id"]
    other = bench.post("support/tickets", {**TICKET, "message": {"message": "Mine"}})
    assert bench.call("DELETE", f"support/tickets/{ticket}").status == 204
    assert [row["ticket_id"] for row in bench.get("support/ticket-messages")] == [other]
    assert bench.get("support/ticket-attachments") == []


def test_feedback_is_addressed_by_its_ticket(bench: Bench) -> None:
    """Several come at once; what was not said is null."""
    tickets = [bench.post("support/tickets", TICKET) for _ in range(3)]
    rows = [{"ticket_id": tickets[1], "form": 1}, {"ticket_id": tickets[2], "comment": "Thanks"}]
    answer = bench.call("POST", "support/ticket-feedbacks", rows)
    assert answer.status == 201
    assert [row["ticket_id"] for row in answer.json] == tickets[1:]
    path = f"support/ticket-feedbacks/{tickets[2]}"
    assert bench.get(path)["form"] is None
    bench.put(path, {"timing": 1})
    assert bench.get(path)["comment"] == "Thanks"
    assert bench.call("POST", "support/ticket-feedbacks", rows[0]).status == 422
    assert bench.call("DELETE", path).status == 204
    assert bench.call("GET", path).status == 404


def test_a_related_account_is_the_main_or_a_sub_of_the_customer(bench: Bench) -> None:
    """What it is follows from the platform's own link; 4.3 knows nothing of it."""
    main, sub, stranger = bench.account(), bench.account(), bench.account()
    bench.put(f"customers/customer/{sub}", {"parent_id": main})
    body = {**TICKET, "customer_id": main, "related_account_id": sub}
    ticket = bench.post("support/tickets", body)
    assert bench.get(f"support/tickets/{ticket}")["related_account_type"] == "sub"
    turned = {**TICKET, "customer_id": sub, "related_account_id": main}
    number = bench.post("support/tickets", turned)
    assert bench.get(f"support/tickets/{number}")["related_account_type"] == "main"
    bench.put(f"support/tickets/{number}", {"related_account_id": 0})
    assert bench.get(f"support/tickets/{number}")["related_account_type"] == "none"
    wrong = {**body, "related_account_id": stranger}
    assert bench.call("POST", "support/tickets", wrong).status == 422
    old = Bench("4.3")
    row = old.get(f"support/tickets/{old.post('support/tickets', body | {'customer_id': 0})}")
    assert "related_account_id" not in row
    assert row["type_id"] == "1"


def test_a_ticket_can_change_hands(bench: Bench) -> None:
    """And is found under its new customer, by search and count."""
    first, second = bench.account(), bench.account()
    ticket = bench.post("support/tickets", {**TICKET, "customer_id": first})
    bench.put(f"support/tickets/{ticket}", {"customer_id": second})
    for customer, count in ((first, 0), (second, 1)):
        query = {"main_attributes[customer_id]": str(customer)}
        assert len(bench.get("support/tickets", **query)) == count
    assert bench.call("DELETE", f"support/tickets/{ticket}").status == 204


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("support/tickets", {"type_id": 1, "priority": "low"}, "subject"),
        ("support/tickets", {**TICKET, "priority": "mild"}, "priority"),
        ("support/tickets", {**TICKET, "type_id": 77}, "type_id"),
        ("support/tickets", {**TICKET, "status_id": 77}, "status_id"),
        ("support/tickets", {**TICKET, "customer_id": 77}, "customer_id"),
        ("support/ticket-messages", {"ticket_id": 77, "message": "x"}, "ticket_id"),
        ("support/ticket-attachments?message_id=77", {}, "message_id"),
        ("support/ticket-feedbacks", {"form": 1}, "ticket_id"),
    ],
)
def test_wrong_tickets_are_refused(
    bench: Bench, path: str, body: dict[str, Any], field: str
) -> None:
    """422 names the attribute, and no ticket is left behind."""
    answer = bench.call("POST", path, body)
    assert answer.status == 422
    assert [problem["field"] for problem in answer.json] == [field]
    assert bench.get("support/tickets") == []


def test_a_file_of_more_than_20_mb_is_refused(bench: Bench) -> None:
    """The ticket is not made either."""
    texts = {name: str(value) for name, value in TICKET.items()}
    body = form(texts, {"files[0]": ("a", "text/plain", bytes(20 * 2**20 + 1))})
    reply = send(bench, "support/tickets", f"multipart/form-data; boundary={BOUNDARY}", body)
    assert reply.status == 422
    assert bench.get("support/tickets") == []


@pytest.mark.parametrize(
    "kind_and_body",
    [
        ("multipart/form-data", form({"a": "b"}, {})),
        (f"multipart/form-data; boundary={BOUNDARY}", b"nonsense"),
        (f"multipart/form-data; boundary={BOUNDARY}", form({"a": "b"}, {})[:-8]),
        (f"multipart/form-data; boundary={BOUNDARY}", form({"": "b"}, {})),
        ("application/json", b'[{"subject": "x"}]'),
    ],
)
def test_bodies_that_are_none_are_400(bench: Bench, kind_and_body: tuple[str, bytes]) -> None:
    """A form without its boundaries, or a list where an object belongs."""
    assert send(bench, "support/tickets", *kind_and_body).status == 400


def test_names_of_a_form_nest_as_in_a_query() -> None:
    """Brackets make maps and lists; text is UTF-8; a file without a type is binary."""
    files = {"message[files][0]": ("ü.bin", "", b"\r\n")}
    read = read_form(
        f'multipart/form-data; boundary="{BOUNDARY}"',
        form({"message[message]": "Grüß\r\nGott", "watchers[0]": "1", "watchers[1]": "2"}, files),
    )
    assert read.fields == {"message": {"message": "Grüß\r\nGott"}, "watchers": ["1", "2"]}
    assert [(file.name, file.filename, file.content) for file in read.files] == [
        ("message[files][0]", "ü.bin", b"\r\n")
    ]
