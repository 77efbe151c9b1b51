"""A mapping is complete, or it is refused with every problem at once."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from connector.errors import SetupError
from connector.splynx.codec import Codec
from connector.splynx.mapping import (
    available_releases,
    load_mapping,
    mappings_home,
    parse_mapping,
)

GOOD = load_mapping("5.1").text


def problems_of(text: str, release: str = "5.1") -> list[str]:
    """What the loader says of a text."""
    with pytest.raises(SetupError) as caught:
        parse_mapping(text.encode(), release=release, origin="file")
    return caught.value.problems


def test_both_releases_ship() -> None:
    """And nothing else does."""
    assert available_releases() == ("4.3", "5.1")


@pytest.mark.parametrize("release", ["4.3", "5.1"])
def test_shipped_mappings_load(release: str) -> None:
    """With the hash of the very bytes of the file, and its text for people."""
    held = load_mapping(release)
    raw = (mappings_home() / f"{release}.toml").read_bytes()
    assert held.sha256 == hashlib.sha256(raw).hexdigest()
    assert held.text == raw.decode()
    assert held.release == release


def test_releases_differ_only_where_capabilities_do() -> None:
    """Linked accounts came with 5.1."""
    old, new = load_mapping("4.3"), load_mapping("5.1")
    assert set(new.fields["account"]) - set(old.fields["account"]) == {"native_main_id"}
    assert set(new.fields["billing"]) - set(old.fields["billing"]) == {"native_mode"}
    assert not set(old.fields["invoice_item"]) - set(new.fields["invoice_item"])
    assert [name for name, held in old.capabilities.items() if held] == ["credit_notes"]


def test_names_lead_to_places() -> None:
    """Ours on the left, the platform's on the right."""
    held = load_mapping("5.1")
    assert held.at("billing", "balance") == "deposit"
    assert held.fields["invoice"]["total"].codec is Codec.MONEY
    route = held.route("invoices", "update").to(12)
    assert (route.method, route.path) == ("PUT", "admin/finance/invoices/12")


def test_a_missing_file_names_the_releases_there_are(tmp_path: Path) -> None:
    """So that the operator sees what to choose from."""
    with pytest.raises(SetupError, match=r"there are mappings for: 4\.3, 5\.1"):
        load_mapping("9.9")
    with pytest.raises(SetupError, match="there are mappings for: none"):
        load_mapping("5.1", tmp_path)


def test_a_directory_of_the_operators_goes_first(tmp_path: Path) -> None:
    """Its files are taken, and none of ours."""
    home = tmp_path / "splynx"
    home.mkdir()
    (home / "5.1.toml").write_text(GOOD + "# changed\n")
    assert available_releases(tmp_path) == ("5.1",)
    assert load_mapping("5.1", tmp_path).sha256 != load_mapping("5.1").sha256


@pytest.mark.parametrize("raw", [b"[platform", b"\xff\xfe", b"a = 1\na = 2\n"])
def test_no_toml(raw: bytes) -> None:
    """A broken file is a set-up problem, not a crash."""
    with pytest.raises(SetupError, match="no valid TOML"):
        parse_mapping(raw, release="5.1", origin="file")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('product = "Splynx"\n', "", "platform.product is missing"),
        ('api = "2.0"', "api = 2.0", "platform.api must be text, not 2.0"),
        ('release = "5.1"', 'release = "5.2"', "platform.release is 5.2, but the file is for 5.1"),
        ("credit_notes = true ", "credit_notes = 1 ", "capabilities.credit_notes must be true or"),
        ("tax_ids = true ", "tax_id = true ", "capabilities.tax_id is not known here"),
        (
            'create = "POST admin/finance/invoices"',
            'create = "PUT admin/finance/invoices"',
            "resources.invoices.create must use POST, not PUT",
        ),
        (
            'create = "POST admin/finance/invoices"',
            'create = "POST https://evil.example/x"',
            'resources.invoices.create must be "POST admin/…"',
        ),
        (
            'one = "GET admin/finance/invoices/{id}"',
            'one = "GET admin/finance/invoices"',
            "resources.invoices.one must end in {id}",
        ),
        (
            'list = "GET admin/finance/payments"',
            'list = "GET admin/finance/payments/{id}"',
            "resources.payments.list must not contain {id}",
        ),
        ("[resources.health]", "[resources.pulse]", "resources.health is missing"),
        (
            'balance = { at = "deposit", codec = "money" }\n',
            "",
            "fields.billing.balance is missing",
        ),
        (
            'at = "deposit", codec = "money"',
            'at = "deposit", codec = "float"',
            "fields.billing.balance.codec: unknown codec 'float'",
        ),
        (
            'at = "deposit", codec = "money"',
            'at = "deposit", codec = "text"',
            "fields.billing.balance.codec must be money, not text",
        ),
        (
            'at = "deposit", codec = "money"',
            'at = "", codec = "money"',
            "fields.billing.balance.at must be",
        ),
        (
            'at = "deposit", codec = "money"',
            'at = "deposit", codec = "money", default = "0"',
            "fields.billing.balance.default is not known here",
        ),
        (
            'balance = { at = "deposit", codec = "money" }',
            'balance = "deposit"',
            "fields.billing.balance must be a table",
        ),
        (
            'codec = "word", vocabulary = "invoice_type"',
            'codec = "word", vocabulary = "invoice_status"',
            "fields.invoice.type.vocabulary must be invoice_type",
        ),
        ('disabled = "inactive"\n', "", "account_status must have our word inactive exactly once"),
        (
            'disabled = "inactive"\n',
            'disabled = "inactive"\narchived = "inactive"\n',
            "account_status must have our word inactive exactly once",
        ),
        (
            'disabled = "inactive"\n',
            'disabled = "inactive"\narchived = "gone"\n',
            "vocabulary.account_status.archived: we have no word 'gone'",
        ),
        ("[vocabulary.billing_mode]", "[vocabulary.mode]", "vocabulary.billing_mode is missing"),
        ("[platform]", "[extra]\n[platform]", "extra is not known here"),
    ],
)
def test_each_problem_is_named(old: str, new: str, problem: str) -> None:
    """One change, one sentence that says where and what."""
    assert old in GOOD
    found = problems_of(GOOD.replace(old, new, 1))
    assert any(problem in line for line in found), found
    assert all(line.startswith("file: ") for line in found)


def test_all_problems_at_once() -> None:
    """Nobody starts five times to learn of five mistakes."""
    text = GOOD.replace('codec = "money"', 'codec = "float"').replace("one_time", "once", 1)
    assert len(problems_of(text)) > 10


def test_an_empty_file_lacks_everything() -> None:
    """All five tables and all that is in them."""
    found = problems_of("")
    assert "file: vocabulary is missing" in found
    assert "file: fields.invoice is missing" in found


def test_a_capability_brings_its_fields() -> None:
    """What a release has not, its mapping must not name; and the other way round."""
    without = GOOD.replace("parent_id = true ", "parent_id = false ", 1)
    assert problems_of(without) == ["file: fields.account.native_main_id is not known here"]
