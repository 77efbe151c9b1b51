"""Lose the store of a rig or put an old one back, and the small parts of a rebuild."""

from __future__ import annotations

import shutil

from connector.errors import PlatformUnavailable
from connector.runtime.rebuild import RebuildReport, confirm_rebuild
from tests.proof import prove
from tests.runtime.rig import Rig

STORE = "state.sqlite3"


def quietly(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def merged(rig: Rig) -> None:
    """A family of three whose invoices were merged."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.sync()


def lose(rig: Rig, *, links: bool = True) -> None:
    """The store's file is gone; a new one is made, marks are proven and links imported again."""
    rig.store.close()
    for left in rig.folder.glob(f"{STORE}*"):
        left.unlink()
    rig.restart()
    prove(rig.store)
    if links:
        rig.link(1, 2, 3)


def keep(rig: Rig) -> None:
    """A copy of the store's file, as somebody makes with `cp` while the service is stopped."""
    rig.store.close()
    shutil.copyfile(rig.folder / STORE, rig.folder / "copy")
    rig.restart()


def put_back(rig: Rig) -> None:
    """The copy in the store's place."""
    rig.store.close()
    for left in rig.folder.glob(f"{STORE}*"):
        left.unlink()
    shutil.copyfile(rig.folder / "copy", rig.folder / STORE)
    rig.restart()


def confirm(rig: Rig) -> RebuildReport:
    """Wait for the quiescence, and confirm."""
    rig.clock.pass_by(seconds=121)
    return confirm_rebuild(rig.service, quietly, "ada")


def dues(rig: Rig) -> dict[int, str]:
    """What is due, by invoice."""
    return {number: f"{row.due:.2f}" for number, row in rig.world.invoices.items() if row.due}


def cut_after(rig: Rig, sends: int) -> None:
    """The platform is gone after so many writes, in the middle of a merge."""
    rig.family()
    rig.charge(1, 2, 3)
    for number in range(sends + 1, sends + 9):
        rig.platform.fail_send(number, PlatformUnavailable("down"))
    rig.cycle()
    rig.platform.mend()
