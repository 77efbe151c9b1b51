"""``run``: what keeps the service from starting ends it at once, with the right code."""

from __future__ import annotations

from connector.store.open import open_store
from tests.cli.support import Shell, Site


def test_wrong_settings_are_78(shell: Shell) -> None:
    """The service manager must not start it again."""
    done = shell.run("run", "-c", str(shell.folder / "none.toml"))
    assert done.code == 78
    assert "none.toml" in done.err


def test_a_second_service_is_75(site: Site) -> None:
    """Only one process writes."""
    store = open_store(f"sqlite:///{site.shell.folder}/state.sqlite3")
    try:
        store.acquire_lease("the other one")
        done = site.run("run")
    finally:
        store.close()
    assert done.code == 75
    assert "the other one" in done.err
