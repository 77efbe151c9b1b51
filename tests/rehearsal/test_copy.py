"""Making a copy: only reads, nothing personal, kept in a file, and the same when taken back."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from connector.errors import ConnectorError, InvariantBroken, StoreUnavailable
from connector.rehearsal.copy import load_copy, save_copy
from connector.rehearsal.kinds import KINDS
from connector.rehearsal.reading import open_for_reading
from connector.rehearsal.rehearse import Wish
from connector.rehearsal.store_copy import read_store
from connector.splynx.wire import Request
from tests.rehearsal.installation import HOURS, Installation, told

SHORT = Wish(days=9, hours=HOURS)
STAFF = "Olga Opera"


def personal_texts(real: Installation) -> set[str]:
    """What must not leave the installation."""
    rows = list(real.box.world.customers)
    found = {text for row in rows for text in (row.name, row.street_1, row.email, row.password)}
    logins = {f'"{row.login}"' for row in rows}
    assert len(found) > 20
    return {text for text in found | logins | {STAFF, "Brandt", "Fibre"} if text}


def test_only_reads_pass_and_nothing_changes(real: Installation) -> None:
    """As the proxy between has it, and as the platform's tables and our store have it."""
    before, store = real.state(), (real.folder / "state.sqlite3").read_bytes()
    real.proxy.seen.clear()
    copy = real.copy()
    real.rehearse(copy, SHORT)
    assert real.proxy.changing() == []
    assert {method for method, _ in real.proxy.seen} >= {"GET", "OPTIONS"}
    assert copy.requests <= len(real.proxy.seen) <= copy.requests + 3
    assert real.state() == before
    assert (real.folder / "state.sqlite3").read_bytes() == store


def test_the_proxy_would_notice_a_write(real: Installation) -> None:
    """A login is none; a refused attempt to write is one."""
    before = len(real.proxy.changing())
    with open_for_reading(real.settings()) as connection:
        request = Request(method="PUT", path="admin/customers/customer/1", body={"name": "x"})
        with pytest.raises(InvariantBroken):
            connection.client.write(request)
        with pytest.raises(InvariantBroken):
            connection.client.read(request)
        assert len(real.proxy.changing()) == before
    real.proxy.seen.append(("PUT", "/api/2.0/admin/customers/customer/1"))
    assert len(real.proxy.changing()) == before + 1
    real.proxy.seen.clear()


def test_a_masked_copy_names_nobody(real: Installation, tmp_path: Path) -> None:
    """Neither in its file nor in what the rehearsal says; unmasked it would."""
    world = real.box.world
    for row in list(world.invoices)[:4]:
        row.note, row.memo = f"call {STAFF}", f"{row.memo}\nsee {STAFF}".strip()
    file = tmp_path / "copy.jsonl"
    copy = real.copy()
    save_copy(copy, file)
    text = file.read_text()
    shown = repr(real.rehearse(copy, SHORT))
    for secret in personal_texts(real):
        assert secret not in text, secret
        assert secret not in shown, secret
    assert "Account 2" in text
    save_copy(real.copy(masked=False), file)
    unmasked = file.read_text()
    found = [secret for secret in personal_texts(real) if secret in unmasked]
    assert STAFF in found
    assert len(found) > 20


def test_equal_texts_stay_equal(real: Installation) -> None:
    """A service and its invoice lines go by the same pseudonym, as before by the same name."""
    plain, masked = real.copy(masked=False), real.copy()
    pairs: dict[object, set[object]] = {}
    for before, after in zip(plain.of("services"), masked.of("services"), strict=True):
        pairs.setdefault(before["description"], set()).add(after["description"])
    assert len(pairs) > 1
    assert all(len(names) == 1 for names in pairs.values())


def test_a_kept_copy_is_the_same(real: Installation, tmp_path: Path) -> None:
    """For its owner's eyes only, and good for the same rehearsal."""
    file = tmp_path / "copy.jsonl"
    file.write_text("old")
    file.chmod(0o644)
    copy = real.copy()
    save_copy(copy, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = load_copy(file)
    assert again == copy
    assert told(real.rehearse(again, SHORT)) == told(real.rehearse(copy, SHORT))


def test_all_that_concerns_the_families_is_in_it(real: Installation) -> None:
    """Every kind of record, and the journal."""
    copy = real.copy()
    assert [kind.name for kind in KINDS if not copy.of(kind.name)] == []
    assert len(copy.of("accounts")) == len(copy.of("billings")) == 12
    assert copy.store["operation"]
    assert copy.warnings == []


@pytest.mark.parametrize("text", ["", "{}", "nonsense", '{"what": "linked-accounts-copy"}', "[1]"])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    """In one sentence."""
    file = tmp_path / "other"
    file.write_text(text)
    with pytest.raises(ConnectorError, match="no copy"):
        load_copy(file)
    with pytest.raises(ConnectorError, match="cannot be read"):
        load_copy(tmp_path / "none")
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConnectorError, match="no copy"):
        load_copy(file)


def test_a_copy_of_a_later_format_is_refused(real: Installation, tmp_path: Path) -> None:
    """It may mean something else."""
    file = tmp_path / "copy.jsonl"
    save_copy(real.copy(), file)
    first, _, rest = file.read_text().partition("\n")
    file.write_text(json.dumps(json.loads(first) | {"format": 2}) + "\n" + rest)
    with pytest.raises(ConnectorError, match="no copy"):
        load_copy(file)


def test_a_broken_store_is_told(tmp_path: Path) -> None:
    """And not mended."""
    broken = tmp_path / "state.sqlite3"
    broken.write_bytes(b"this is no database at all, " * 200)
    with pytest.raises(StoreUnavailable):
        read_store(f"sqlite:///{broken}")
    assert read_store(f"sqlite:///{tmp_path}/none.sqlite3") == {}
    broken.write_bytes(b"")
    assert read_store(f"sqlite:///{broken}") == {}


def test_a_store_on_a_server_is_not_taken_for_none() -> None:
    """Its links and merges half done would be missing from the rehearsal."""
    with pytest.raises(ConnectorError, match="--links"):
        read_store("postgresql+psycopg://ops@db/linked")
