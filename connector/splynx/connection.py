"""One connection to one installation: its client, and the mapping that fits its release."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from connector.errors import PlatformRefused, RecordMissing, ReplyMalformed
from connector.ports.platform import Capabilities
from connector.splynx.auth import ReserveNonce
from connector.splynx.client import SplynxClient, Surroundings
from connector.splynx.mapping import SMALLEST, PlatformMapping, load_mapping
from connector.splynx.options import PlatformOptions
from connector.splynx.wire import Request

UNKNOWN = "unknown"
"""Release of an installation that we do not recognise; then we only observe."""

AGAIN_SECONDS = 300
"""How long an installation counts as unknown: one bad answer must not end all writing for good."""

_LINKED = "5.1"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Installation:
    """What the platform turned out to be, and the mapping for it."""

    release: str
    mapping: PlatformMapping


class SplynxConnection:
    """Shared by the reader and the writer of one process; no network before the first request.

    Args:
        options: where and how.
        reserve_nonce: gives durable, ever growing nonces; see :mod:`connector.splynx.auth`.
        around: what tests put in place of network, clock and sleep.

    Raises:
        SetupError: a mapping is missing or wrong.
    """

    def __init__(
        self,
        options: PlatformOptions,
        reserve_nonce: ReserveNonce,
        around: Surroundings | None = None,
    ) -> None:
        self.options = options
        self.client = SplynxClient(options, reserve_nonce, around)
        self._lock = threading.Lock()
        self._smallest = load_mapping(SMALLEST, options.mappings_dir)
        self._linked = load_mapping(_LINKED, options.mappings_dir)
        self._installation: _Installation | None = None
        self._monotonic = (around or Surroundings()).monotonic
        self._found_at = self._monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def mapping(self) -> PlatformMapping:
        """The mapping in force."""
        return self._found().mapping

    @property
    def capabilities(self) -> Capabilities:
        """Release and capabilities; asked of the platform when set to "auto", until known."""
        found = self._found()
        held = found.mapping.capabilities
        return Capabilities(
            release=found.release,
            native_links=held["parent_id"],
            sub_account_on_items=held["sub_account_on_items"],
            mapping_hash=found.mapping.sha256,
        )

    def last_server_time(self) -> datetime | None:
        """The ``Date`` of the platform's latest answer, aware, UTC; asks nothing."""
        return self.client.server_time()

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def _found(self) -> _Installation:
        with self._lock:
            found = self._installation
            if found is None or (found.release == UNKNOWN and self._is_long_ago()):
                found = self._find()
                self._installation, self._found_at = found, self._monotonic()
            return found

    def _is_long_ago(self) -> bool:
        return self._monotonic() - self._found_at >= AGAIN_SECONDS

    def _find(self) -> _Installation:
        known = {self._smallest.release: self._smallest, self._linked.release: self._linked}
        release = self.options.release
        if release == "auto":
            release_found = self._detect()
            mapping = known.get(release_found, self._smallest)
            return _Installation(release=release_found, mapping=mapping)
        return _Installation(release=release, mapping=known[release])

    def _detect(self) -> str:
        """The release, by the fields that an account has."""
        route = self._smallest.route("accounts", "describe")
        try:
            reply = self.client.read(Request(method=route.method, path=route.path))
            names = _attribute_names(reply.parsed())
        except (PlatformRefused, RecordMissing, ReplyMalformed):
            return UNKNOWN
        if self._linked.at("account", "native_main_id") in names:
            return self._linked.release
        return (
            self._smallest.release if self._smallest.at("account", "status") in names else UNKNOWN
        )


def _attribute_names(body: object) -> frozenset[str]:
    listed = body.get("attributes") if isinstance(body, dict) else None
    rows = listed if isinstance(listed, list) else []
    return frozenset(str(row["name"]) for row in rows if isinstance(row, dict) and "name" in row)
