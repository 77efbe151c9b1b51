"""``python -m tests.fuzz.giant 50 rows``: read a giant answer, and print by how many MiB we grew."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from datetime import date

import httpx

from connector.domain.ids import AccountId
from connector.errors import PlatformError
from connector.splynx import SplynxPlatform
from tests.fuzz.recording import OK, connect

ROW = (
    b'{"id":1,"customer_id":1,"number":"202601000001","memo":"' + b"words " * 40 + b'","items":[]}'
)
KINDS = {"rows": ROW + b",", "lists": b"[],", "text": b"x"}
PIECE = 64 * 1024
MIB = 1024 * 1024


class _Giant(httpx.BaseTransport):
    """Answers every request with a list of about so many bytes."""

    def __init__(self, size: int, part: bytes) -> None:
        self._size = size
        self._piece = part * (PIECE // len(part))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """A list without end, or nearly."""
        del request
        return httpx.Response(
            OK, headers={"content-type": "application/json"}, content=self._body()
        )

    def _body(self) -> Iterator[bytes]:
        yield b"["
        for _ in range(self._size // len(self._piece)):
            yield self._piece
        yield b"{}]"


def main() -> None:
    """Read, be refused or not, and tell the growth of the peak."""
    size, kind = int(sys.argv[1]) * MIB, sys.argv[2]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with connect("5.1", _Giant(size, KINDS[kind])) as connection:
        try:
            SplynxPlatform(connection).read_invoices([AccountId(1)], date(2026, 1, 1))
        except PlatformError as refused:
            sys.stderr.write(f"{refused}\n")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(f"{(after - before) // 1024}\n")


if __name__ == "__main__":
    main()
