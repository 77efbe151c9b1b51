"""A workbench: a sandbox on a real port, a store in a folder, and the service between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from connector.config import Settings, load_settings
from connector.domain.ids import AccountId
from connector.ports.clock import Clock
from connector.runtime import links
from connector.runtime.bootstrap import open_service
from connector.runtime.service import Service, hold_pen
from connector.runtime.sync import SyncReport, sync_until_idle
from connector.sandbox.server import RunningSandbox, SandboxOptions
from tests.proof import prove_at

CONFIG = """\
mode = "{mode}"
[platform]
base_url = "{base_url}"
clock = "server"
requests_per_second = 0
concurrency = 4
[store]
url = "sqlite:///{folder}/state.sqlite3"
[cascade]
suspend = "{suspend}"
[bounds]
first_run_approval = {approval}
"""

READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, kw_only=True)
class Family:
    """A family as the sandbox made it."""

    main_id: AccountId
    sub_ids: tuple[AccountId, ...]


class SkippingClock:
    """The service's clock, with a host time that waiting moves on at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.skipped = timedelta()

    def now(self) -> datetime:
        """Billing time, as ever."""
        return self._clock.now()

    def host(self) -> datetime:
        """Host time, and what was skipped."""
        return self._clock.host() + self.skipped

    def monotonic(self) -> timedelta:
        """The service's, which nobody skips."""
        return self._clock.monotonic()


class SkippingStop(Event):
    """A stop flag on which nobody waits: back-off and quiescence pass at once."""

    def __init__(self, clock: SkippingClock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        """Skip the time instead."""
        self._clock.skipped += timedelta(seconds=timeout or 0)
        return self.is_set()


class Bench:
    """One sandbox and one installation of the connector."""

    def __init__(self, box: RunningSandbox, folder: Path) -> None:
        self.box = box
        self.folder = folder
        self.config = folder / "config.toml"
        self.configure()
        prove_at(self.settings().store.url)

    def configure(
        self, *, mode: str = "act", suspend: str = "off", approval: bool = False, more: str = ""
    ) -> None:
        """Write the configuration file anew."""
        text = CONFIG.format(
            mode=mode,
            base_url=self.box.base_url,
            folder=self.folder,
            suspend=suspend,
            approval=str(approval).lower(),
        )
        self.config.write_text(text + more)

    @property
    def environ(self) -> dict[str, str]:
        """The secrets, as the environment carries them."""
        return {
            "LINKED_ACCOUNTS_PLATFORM__KEY": self.box.key,
            "LINKED_ACCOUNTS_PLATFORM__SECRET": self.box.secret,
        }

    def settings(self) -> Settings:
        """The settings in force."""
        return load_settings(self.config, self.environ)

    @contextmanager
    def service(self) -> Iterator[Service]:
        """The wired service, closed afterwards as a process's end would."""
        with open_service(self.settings()) as wired:
            yield wired.service

    def family(
        self,
        main: str | None,
        subs: Sequence[str],
        *,
        independent: Sequence[str] = (),
        tax: str = "20",
    ) -> Family:
        """Make a family: net prices of one service each; the main may have none."""
        made = self.control(
            "POST",
            "family",
            {
                "main": {"services": [{"price": main, "tax": tax}] if main else []},
                "subs": [
                    {"mode": mode, "services": [{"price": price, "tax": tax}]}
                    for mode, prices in (("aggregated", subs), ("independent", independent))
                    for price in prices
                ],
            },
        )
        subs_made = tuple(AccountId(number) for number in made["sub_ids"])
        return Family(main_id=AccountId(made["main_id"]), sub_ids=subs_made)

    def link(self, *lines: tuple[int, int, str]) -> None:
        """Import links as an operator would, from CSV."""
        text = "main_id,sub_id,mode\n" + "".join(f"{m},{s},{mode}\n" for m, s, mode in lines)
        self.import_csv(text)

    def link_all(self) -> None:
        """Import the families that the sandbox proposes."""
        self.import_csv(self.control("GET", "links.csv"))

    def import_csv(self, text: str) -> None:
        """Import a link file; every line must be good."""
        rows, problems = links.parse_csv(text)
        with self.service() as service:
            report = links.import_links(service, rows, problems, by="test", partial=False)
        assert report.problems == ()

    def sync(self, *, wait_seconds: int = 600) -> SyncReport:
        """One full cycle until nothing is due, as a process of its own would do it."""
        with self.service() as service:
            clock = SkippingClock(service.clock)
            skipping = replace(service, clock=clock)
            with hold_pen(skipping, "test", SkippingStop(clock)) as pen:
                return sync_until_idle(
                    skipping, pen, wait=timedelta(seconds=wait_seconds), progress=lambda _: None
                )

    def control(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        """Ask the sandbox's control API."""
        return self.box.control(method, path, body)

    def requests(self) -> list[dict[str, Any]]:
        """Requests the platform saw since :meth:`forget_requests`."""
        found: list[dict[str, Any]] = self.control("GET", "requests")
        return found

    def writes(self) -> list[str]:
        """Writes among them, logins left out."""
        return [
            f"{row['method']} {row['path'].partition('/admin/')[2]}"
            for row in self.requests()
            if row["method"] not in READS and "auth/tokens" not in row["path"]
        ]

    def forget_requests(self) -> None:
        """Count from here."""
        self.control("DELETE", "requests")

    def audit(self) -> dict[str, Any]:
        """The sandbox's own verdict."""
        found: dict[str, Any] = self.control("GET", "audit")
        return found

    def status(self, main_id: int) -> dict[int, str]:
        """Status of every account of a family."""
        family = next(row for row in self.audit()["families"] if row["main_id"] == main_id)
        return {int(account): status for account, status in family["status"].items()}

    def open_documents(self, main_id: int) -> list[dict[str, Any]]:
        """Documents of a family on which something is due."""
        family = next(row for row in self.audit()["families"] if row["main_id"] == main_id)
        found: list[dict[str, Any]] = family["open_documents"]
        return found


@contextmanager
def open_bench(folder: Path, options: SandboxOptions | None = None) -> Iterator[Bench]:
    """Start a sandbox and lay an installation beside it."""
    with RunningSandbox(options or SandboxOptions()) as box:
        yield Bench(box, folder)
