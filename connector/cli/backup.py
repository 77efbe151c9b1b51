"""``backup`` and ``restore``: the store as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from connector.cli.common import By, Given
from connector.cli.endings import DONE
from connector.cli.opening import asker, load
from connector.cli.rendering import for_people, plain
from connector.runtime.keeping import back_up_store, restore_store

Target = Annotated[Path, Parameter(help="Where to; never over an existing file.")]
Source = Annotated[Path, Parameter(help="A file that `backup` wrote; it stays as it is.")]


def backup(file: Target, /, *, context: Given) -> int:
    """Copy the store, also while the service runs, and check the copy."""
    made = back_up_store(load(context, need_secrets=False), file)
    for_people().print(
        f"wrote {plain(made.path)}: {made.rows} events, ok; the latest has {made.head}"
    )
    return DONE


def restore(file: Source, /, *, by: By = None, context: Given) -> int:
    """Put a backup in the store's place; nothing is written to Splynx until it is rebuilt."""
    done = restore_store(load(context, need_secrets=False), file, asker(by))
    console = for_people()
    console.print(f"restored {done.backup.rows} events; the epoch is {done.epoch}")
    if done.kept is not None:
        console.print(f"the store that was there is {plain(done.kept)}")
    console.print(
        "nothing is written: `linked-accounts rebuild` reads back what was done after the backup"
    )
    return DONE
