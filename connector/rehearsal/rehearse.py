"""From settings to an outcome: make or take a copy, load it, and play the month on it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from pydantic import SecretStr

from connector.config import Settings
from connector.domain.linking import ProposedLink
from connector.domain.links import LinkSource
from connector.domain.policy import Mode
from connector.errors import ConnectorError
from connector.rehearsal.copy import Copy
from connector.rehearsal.evidence import tell_witness
from connector.rehearsal.ledger import bring_forward
from connector.rehearsal.load import check_complete, load_rows, options_of
from connector.rehearsal.masked_store import mask_copy
from connector.rehearsal.month import Course, play
from connector.rehearsal.outcome import Outcome
from connector.rehearsal.payers import Habit, Payers
from connector.rehearsal.reading import open_for_reading, read_copy, read_native_ids, start_copy
from connector.rehearsal.store_copy import linked_ids, make_store, read_store
from connector.runtime import facts
from connector.runtime.bootstrap import open_service
from connector.runtime.links import import_links, parse_csv
from connector.runtime.service import Service
from connector.sandbox.server import RunningSandbox

BY = "rehearsal"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What is to be played."""

    days: int = 31
    hours: int = 3  #: between two looks of the service
    habit: Habit = Habit.LATE
    seed: int = 1


def make_copy(
    settings: Settings, *, links: str | None, days: int, masked: bool, told: Progress
) -> Copy:
    """Copy what a rehearsal needs; reads the platform and our store, and writes neither.

    Raises:
        ConnectorError: there is no link, or something cannot be read.
    """
    proposed, problems = parse_csv(links) if links is not None else ((), ())
    tables = read_store(settings.store.url)
    with open_for_reading(settings) as connection:
        copy = start_copy(connection, days)
        copy.store = tables
        copy.proposed = [_row_of(row) for row in proposed]
        copy.warnings += [f"links, line {row.line}: {row.sentence}" for row in problems]
        wanted = linked_ids(tables, copy.since.isoformat())
        wanted |= {number for row in proposed for number in (row.main_id, row.sub_id)}
        if LinkSource(settings.links.authority) is LinkSource.NATIVE:
            wanted |= read_native_ids(connection)
        if not wanted:
            raise ConnectorError(
                "there is no link to rehearse; give a file with --links, or make links first with"
                " `linked-accounts links import`"
            )
        read_copy(connection, copy, wanted, told)
    check_complete(copy)
    if masked:
        mask_copy(copy)
    return copy


def rehearse(settings: Settings, copy: Copy, wish: Wish, told: Progress) -> Outcome:
    """Play a month on a copy, in a sandbox and a store that are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="linked-accounts-rehearsal-") as name:
        url = f"sqlite:///{Path(name).absolute() / 'state.sqlite3'}"
        make_store(url, copy.store)
        box = RunningSandbox(options_of(copy))
        problems = load_rows(box.world, copy)
        copy.warnings += [*problems, *bring_forward(box.world, copy)]
        with box, open_service(settings_on(settings, box, copy, url)) as wired:
            _make_links(wired.service, copy)
            _believe_marks(wired.service)
            tell_witness(box.world, wired.service)
            payers = Payers(habit=wish.habit, seed=wish.seed, start=box.world.today())
            course = Course(days=wish.days, payers=payers, step=timedelta(hours=wish.hours))
            return play(box, wired.service, course, told)


def settings_on(settings: Settings, box: RunningSandbox, copy: Copy, url: str) -> Settings:
    """The operator's own settings, with the sandbox in the platform's place.

    One family after the other, so that equal rehearsals number their documents alike.
    """
    platform = settings.platform.model_copy(
        update={
            "base_url": box.base_url,
            "key": SecretStr(box.key),
            "secret": SecretStr(box.secret),
            "auth": "token",
            "clock": "server",
            "release": copy.release,
            "timezone": copy.zone,
            "concurrency": 1,
            "requests_per_second": Decimal(0),
        }
    )
    store = settings.store.model_copy(update={"url": url})
    return settings.model_copy(update={"mode": Mode.ACT, "platform": platform, "store": store})


def _make_links(service: Service, copy: Copy) -> None:
    """The links of the operator's file, judged as an import judges them; the good ones are made."""
    if copy.proposed:
        proposed = tuple(_link_of(row) for row in copy.proposed)
        report = import_links(service, proposed, (), by=BY, partial=True)
        copy.warnings += [f"links, line {row.line}: {row.sentence}" for row in report.problems]


def _believe_marks(service: Service) -> None:
    """The sandbox keeps marks; whether the real Splynx does is for a probe to find out."""
    with service.store.begin() as unit:
        unit.facts.record(facts.MARKER, "by rehearsal: the sandbox keeps marks")
        unit.commit()


def _row_of(link: ProposedLink) -> dict[str, object]:
    return {
        "line": link.line,
        "main_id": int(link.main_id),
        "sub_id": int(link.sub_id),
        "mode": link.mode.value,
    }


def _link_of(row: dict[str, object]) -> ProposedLink:
    text = f"main_id,sub_id,mode\n{row['main_id']},{row['sub_id']},{row['mode']}\n"
    (link,), _ = parse_csv(text)
    return ProposedLink(
        line=int(str(row["line"])), main_id=link.main_id, sub_id=link.sub_id, mode=link.mode
    )
