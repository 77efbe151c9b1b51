"""Masks for our own store: what the journal quotes of documents, and who asked for what."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

from connector.errors import ReplyMalformed
from connector.rehearsal.copy import Copy
from connector.rehearsal.kinds import INVOICES, Json, number_of
from connector.rehearsal.masks import MARKED, PSEUDONYMS, Masks, markers_of, masked_rows
from connector.runtime import facts
from connector.runtime.plan import GIVEN_UP
from connector.splynx.mapping import load_mapping
from connector.splynx.records import invoice_in
from connector.splynx.row import Row
from connector.store.rows import params_hash

SOMEBODY = "somebody"
PEOPLE = frozenset({"recorded_by", "replaced_by", "by"})
SENTENCES = frozenset({"summary", "reason", "detail"})
NAMING = frozenset(
    {
        *(facts.FIRST_APPROVAL, facts.FROZEN, facts.LOSS_BELIEVED, facts.RESTORED),
        *(facts.RECOVERY, facts.RECOVERED),
    }
)
"""Facts that name who did something."""


def mask_copy(copy: Copy) -> None:
    """Mask a copy in place: its records first, then the store with the same pseudonyms."""
    masks = Masks(numbers=frozenset(_numbers(copy)))
    before = _hashes(copy)
    copy.rows = masked_rows(masks, copy.rows)
    after = _hashes(copy)
    hashes = {before[key]: after[key] for key in sorted(before.keys() & after.keys())}
    for table, rows in copy.store.items():
        copy.store[table] = [_masked(masks, hashes, table, row) for row in rows]
    copy.masked = True


def _numbers(copy: Copy) -> Iterator[str]:
    yield from (str(row.get("number")) for row in copy.of(INVOICES.name))
    yield from (str(row["number"]) for row in copy.store.get("source", []))


def _hashes(copy: Copy) -> dict[int, str]:
    """What each invoice's contents come to, as the journal remembers its sources."""
    mapping, zone = load_mapping(copy.release), ZoneInfo(copy.zone)
    found: dict[int, str] = {}
    for data in copy.of(INVOICES.name):
        row = Row(mapping=mapping, record="invoice", data=data, zone=zone)
        try:
            found[number_of(data.get("id"))] = invoice_in(row).content_hash
        except ReplyMalformed:
            continue  # the service will put it in quarantine, as on the platform itself
    return found


def _masked(masks: Masks, hashes: dict[str, str], table: str, row: Json) -> Json:
    found = {name: _masked_value(name, value) for name, value in row.items()}
    if table == "fact" and row["name"] in NAMING:
        found["value"] = SOMEBODY
    if table == "agenda":
        found["reason"] = "as copied"
    if table == "source":
        kept = str(row["content_hash"])
        found["content_hash"] = hashes.get(kept, kept)
    if table == "step":
        effect = _masked_effect(masks, json.loads(str(row["effect"])))
        text = json.dumps(effect, separators=(",", ":"), ensure_ascii=True)
        found["effect"], found["params_hash"] = text, params_hash(text)
    return found


def _masked_value(name: str, value: object) -> object:
    if not value or not isinstance(value, str):
        return value
    if name in PEOPLE:
        return SOMEBODY
    if name == "why":
        return f"{GIVEN_UP} {SOMEBODY}" if value.startswith(GIVEN_UP) else "masked"
    return "masked" if name in SENTENCES else value


def _masked_effect(masks: Masks, value: object) -> object:
    if isinstance(value, list):
        return [_masked_effect(masks, part) for part in value]
    if not isinstance(value, dict):
        return value
    rules: dict[str, Callable[[object], object]] = {
        **dict.fromkeys(PSEUDONYMS, masks.text),
        **dict.fromkeys(MARKED, markers_of),
    }
    return {
        name: rules[name](part) if name in rules else _masked_effect(masks, part)
        for name, part in value.items()
    }
