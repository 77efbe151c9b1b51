"""A real installation, as the tests have it: a sandbox with a past, our store, and a proxy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

from connector.config import Settings, load_settings
from connector.rehearsal.copy import Copy
from connector.rehearsal.month import Course, play
from connector.rehearsal.outcome import Outcome
from connector.rehearsal.payers import Habit, Payers
from connector.rehearsal.rehearse import Wish, make_copy, rehearse
from connector.runtime.bootstrap import open_service
from connector.runtime.links import import_links, parse_csv
from connector.sandbox.server import RunningSandbox, SandboxOptions
from connector.sandbox.tables import Table
from tests.proof import prove_at
from tests.rehearsal.proxy import RecordingProxy

HOURS = 6
CONFIG = """\
mode = "{mode}"
[platform]
base_url = "{base_url}"
clock = "server"
requests_per_second = 0
concurrency = 1
timezone = "Europe/Prague"
[store]
url = "sqlite:///{folder}/state.sqlite3"
[cascade]
suspend = "mirror"
[bounds]
first_run_approval = {approval}
"""


class Installation:
    """One of them."""

    def __init__(self, box: RunningSandbox, proxy: RecordingProxy, folder: Path) -> None:
        self.box = box
        self.proxy = proxy
        self.folder = folder
        self.config = folder / "config.toml"
        self.configure()

    def configure(
        self, *, mode: str = "act", approval: bool = False, more: str = "", url: str = ""
    ) -> None:
        """Write the configuration; it leads through the proxy unless another way is named."""
        text = CONFIG.format(
            mode=mode,
            base_url=url or self.proxy.base_url,
            folder=self.folder,
            approval=str(approval).lower(),
        )
        self.config.write_text(text + more)

    @property
    def environ(self) -> dict[str, str]:
        """The secrets."""
        return {
            "LINKED_ACCOUNTS_PLATFORM__KEY": self.box.key,
            "LINKED_ACCOUNTS_PLATFORM__SECRET": self.box.secret,
        }

    def settings(self) -> Settings:
        """The settings in force."""
        return load_settings(self.config, self.environ)

    def links(self) -> str:
        """The links that are meant."""
        return str(self.box.control("GET", "links.csv"))

    def link_all(self) -> None:
        """Make them."""
        proposed, problems = parse_csv(self.links())
        with open_service(self.settings()) as wired:
            report = import_links(wired.service, proposed, problems, by="Olga Opera", partial=False)
        assert report.problems == ()
        prove_at(self.settings().store.url)

    def live(self, days: int, *, habit: Habit = Habit.LATE, seed: int = 1) -> Outcome:
        """Let the connector really work for some days."""
        payers = Payers(habit=habit, seed=seed, start=self.box.world.today())
        course = Course(days=days, payers=payers, step=timedelta(hours=HOURS))
        self.configure(url=self.box.base_url)
        with open_service(self.settings()) as wired:
            outcome = play(self.box, wired.service, course, lambda *_: None)
        self.configure()
        return outcome

    def copy(self, *, masked: bool = True, links: str | None = None, days: int = 62) -> Copy:
        """A copy of it."""
        settings = self.settings()
        return make_copy(settings, links=links, days=days, masked=masked, told=lambda *_: None)

    def rehearse(self, copy: Copy, wish: Wish | None = None) -> Outcome:
        """A month on a copy."""
        return rehearse(self.settings(), copy, wish or Wish(hours=HOURS), lambda *_: None)

    def state(self) -> list[str]:
        """Everything that the platform holds."""
        tables = [getattr(self.box.world, field.name) for field in fields(self.box.world)]
        found = [repr(row) for table in tables if isinstance(table, Table) for row in table]
        assert len(found) > 20
        return [*found, repr(self.box.world.counters.invoice_number)]


@contextmanager
def open_installation(
    folder: Path, release: str = "5.1", *, start: str = "2026-01-27T09:00:00"
) -> Iterator[Installation]:
    """Start one."""
    options = SandboxOptions(
        release=release, families=3, subs=3, seed=3, start=start, timezone="Europe/Prague"
    )
    with RunningSandbox(options) as box, RecordingProxy(box.base_url) as proxy:
        yield Installation(box, proxy, folder)


def told(outcome: Outcome) -> dict[str, object]:
    """What must be equal: documents, releases, refusals, and what is left."""
    return {
        "merged": [(row.at, row.main, row.cycle, row.total, row.sources) for row in outcome.merged],
        "released": [(row.at, row.account) for row in outcome.released],
        "suspended": [(row.at, row.account) for row in outcome.suspended],
        "off": [(row.account, row.status) for row in outcome.still_off],
        "refused": sorted((row.at, row.account, row.rule) for row in outcome.refused),
        "paid": (outcome.payments, outcome.paid),
        "issued": outcome.issued,
    }
