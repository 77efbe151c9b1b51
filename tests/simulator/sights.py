"""What each process was shown of accounts and memos: the ground that its next write stands on.

A judge that compared a write with the platform as it is would blame the connector for what people
do between a look and a send. What it was shown last is what it must keep to.
"""

from __future__ import annotations

import json
import re
from typing import Any

import httpx

ROOT = "/api/2.0/admin/"
ACCOUNTS = re.compile(rf"{ROOT}customers/customer(/[0-9]+)?")
INVOICE = re.compile(rf"{ROOT}finance/invoices/([0-9]+)")
OK = 200
OUR_LINE = re.compile(r"(?:\r\n|\n|\r)?LA1:[A-Z2-7]{20}:[0-9]+:[0-9A-F]{4}")
Row = dict[str, Any]


class Sights:
    """By process and number: accounts, and the memos of invoices that were asked for one by one."""

    def __init__(self) -> None:
        self._accounts: dict[tuple[str, int], Row] = {}
        self._memos: dict[tuple[str, int], str] = {}

    def note(self, who: str, request: httpx.Request, body: bytes) -> None:
        """Keep what an answer to a reading shows."""
        if ACCOUNTS.fullmatch(request.url.path):
            found = _parsed(body)
            for row in found if isinstance(found, list) else [found]:
                if isinstance(row, dict) and str(row.get("id")).isdigit():
                    self._accounts[who, int(row["id"])] = row
        elif one := INVOICE.fullmatch(request.url.path):
            found = _parsed(body)
            if isinstance(found, dict):
                self._memos[who, int(one[1])] = words_in(str(found.get("memo") or ""))

    def account(self, who: str, number: int) -> Row:
        """An account as it was shown last; empty if it never was."""
        return self._accounts.get((who, number), {})

    def words(self, who: str, invoice_id: int) -> str | None:
        """The memo that an invoice was shown with, without marks; None if it never was."""
        return self._memos.get((who, invoice_id))


def words_in(memo: str) -> str:
    """What people wrote: the memo without our lines."""
    return OUR_LINE.sub("", memo)


def _parsed(body: bytes) -> object:
    try:
        found: object = json.loads(body)
    except ValueError:
        return None
    return found
