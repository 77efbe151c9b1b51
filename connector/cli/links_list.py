"""``links list`` and ``links export``: the links that are valid on a day."""

from __future__ import annotations

import csv
import io
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from connector.cli.common import AsJson, Context, Given
from connector.cli.endings import DONE
from connector.cli.jsonout import print_document
from connector.cli.opening import load
from connector.cli.rendering import for_people, table
from connector.domain.links import Link
from connector.errors import ConnectorError
from connector.runtime.links import HEADING, live_links
from connector.runtime.views import open_desk

At = Annotated[date | None, Parameter(help="A day, as YYYY-MM-DD; else today.")]
Target = Annotated[Path | None, Parameter(help="Where to; else standard output.")]


def list_links(*, at: At = None, json: AsJson = False, context: Given) -> int:
    """Show main account, sub-account, mode and validity of every link."""
    links = _load(context, at)
    if json:
        print_document({"at": at, "links": links})
        return DONE
    console = for_people()
    if not links:
        console.print("no links")
        return DONE
    columns = ("main", "sub", "mode", "since", "until", "source")
    rows = [
        (link.main_id, link.sub_id, link.mode, link.since, link.until or "", link.source)
        for link in links
    ]
    table(console, columns, rows, numbers=("main", "sub"))
    return DONE


def export(file: Target = None, /, *, context: Given) -> int:
    """Write the links of today as `links import` reads them."""
    text = _as_csv(_load(context, None))
    if file is None:
        sys.stdout.write(text)
        return DONE
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConnectorError(f"{file} cannot be written; {error.strerror}") from error
    return DONE


def _load(context: Context, at: date | None) -> tuple[Link, ...]:
    with open_desk(load(context, need_secrets=False)) as desk:
        return live_links(desk, at)


def _as_csv(links: tuple[Link, ...]) -> str:
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(HEADING)
    writer.writerows((link.main_id, link.sub_id, link.mode.value) for link in links)
    return target.getvalue()
