"""``rehearse``: a month on a copy of the real platform, which is read and never written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, validators

from connector.cli.common import AsJson, Context, Given
from connector.cli.endings import DONE, FAILED
from connector.cli.jsonout import print_document
from connector.cli.opening import load, secrets_of
from connector.cli.rehearse_text import as_document, print_outcome
from connector.cli.rendering import progress_bar
from connector.config import Settings
from connector.errors import ConnectorError
from connector.observe.logging import configure_logging
from connector.rehearsal.copy import Copy, load_copy, save_copy
from connector.rehearsal.payers import Habit
from connector.rehearsal.rehearse import Wish, make_copy, rehearse

LONGEST_DAYS = 366
WISH = Wish()

From = Annotated[
    Path | None,
    Parameter(name="--from", help="Configuration of the real installation; else as --config."),
]
Links = Annotated[
    Path | None,
    Parameter(help="CSV with main_id,sub_id,mode: links to rehearse, besides those made already."),
]
Save = Annotated[Path | None, Parameter(help="Keep the copy in this file.")]
Kept = Annotated[Path | None, Parameter(help="Rehearse on a kept copy; Splynx is not asked then.")]
Since = Annotated[
    int,
    Parameter(
        help="How far back the copy goes; what is still open is always in it.",
        validator=validators.Number(gte=1, lte=LONGEST_DAYS),
    ),
]
Days = Annotated[
    int,
    Parameter(
        help="Length of the rehearsal.", validator=validators.Number(gte=1, lte=LONGEST_DAYS)
    ),
]
Hours = Annotated[
    int,
    Parameter(
        help="Simulated hours between two looks of the connector.",
        validator=validators.Number(gte=1, lte=24),
    ),
]
When = Annotated[
    Literal["on-time", "late", "none"],
    Parameter(help="When people pay: before the last day, some days around it, or never."),
]
Seed = Annotated[int, Parameter(help="Equal seeds make equal payers.")]
Unmasked = Annotated[
    bool, Parameter(help="Keep names, addresses and notes as they are.", show_default=False)
]


def rehearse_month(
    *,
    source: From = None,
    links: Links = None,
    save: Save = None,
    copy: Kept = None,
    since_days: Since = 62,
    days: Days = WISH.days,
    hours: Hours = WISH.hours,
    payers: When = "late",
    seed: Seed = WISH.seed,
    unmasked: Unmasked = False,
    json: AsJson = False,
    context: Given,
) -> int:
    """Copy what concerns the families, play a month on it, and show what would have happened."""
    settings = load(_named(context, source), need_secrets=copy is None)
    if not context.verbose:  # what would be a warning in the service is part of the outcome here
        configure_logging("error", settings.log.format, secrets=secrets_of(settings))
    found = _copied(settings, copy, links, days=since_days, masked=not unmasked)
    if save is not None:
        save_copy(found, save)
    wish = Wish(days=days, hours=hours, habit=Habit(payers), seed=seed)
    with _told("rehearsing") as told:
        outcome = rehearse(settings, found, wish, told)
    if json:
        print_document(as_document(found, outcome))
    else:
        print_outcome(found, outcome)
    return DONE if outcome.is_good else FAILED


def _named(context: Context, source: Path | None) -> Context:
    return context if source is None else replace(context, config=source)


def _copied(
    settings: Settings, kept: Path | None, links: Path | None, *, days: int, masked: bool
) -> Copy:
    if kept is not None:
        if links is not None:
            raise ConnectorError("--links goes with a new copy; the kept one has its links in it")
        return load_copy(kept)
    text = None if links is None else _text_of(links)
    with _told("accounts") as told:
        return make_copy(settings, links=text, days=days, masked=masked, told=told)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConnectorError(f"{path} cannot be read; {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConnectorError(f"{path} is not UTF-8; save it as UTF-8") from error


@contextmanager
def _told(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal."""
    with progress_bar(what) as bar:
        line = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(line, completed=done, total=total)
