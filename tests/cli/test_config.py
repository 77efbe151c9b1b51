"""``config init``, ``validate``, ``show``; ``mappings show``."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from connector.config import example_toml
from tests.cli.support import Shell


def test_init_writes_the_example_for_its_owner_alone(shell: Shell) -> None:
    """Somebody may put the key in it."""
    path = shell.folder / "new.toml"
    assert shell.run("config", "init", str(path)).code == 0
    assert path.read_text(encoding="utf-8") == example_toml()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_init_writes_where_c_points_to(shell: Shell) -> None:
    """Without a file of its own."""
    path = shell.folder / "new.toml"
    assert shell.run("-c", str(path), "config", "init").code == 0
    assert path.exists()


def test_init_never_overwrites(shell: Shell) -> None:
    """A configuration that is there was somebody's work."""
    path = shell.write("mine.toml", "mine")
    done = shell.run("config", "init", path)
    assert done.code == 1
    assert "exists already" in done.err
    assert Path(path).read_text(encoding="utf-8") == "mine"


def test_init_tells_why_it_cannot_write(shell: Shell) -> None:
    """A directory that is not there."""
    done = shell.run("config", "init", str(shell.folder / "none" / "new.toml"))
    assert done.code == 1
    assert "No such file or directory" in done.err


def test_the_example_is_good_once_secrets_are_there(shell: Shell) -> None:
    """What init wrote, validate accepts."""
    path = str(shell.folder / "new.toml")
    shell.run("config", "init", path)
    shell.set(PLATFORM__KEY="k", PLATFORM__SECRET="s")
    done = shell.run("-c", path, "config", "validate")
    assert done.code == 0
    assert "good" in done.out


def test_validate_wants_secrets_unless_told_otherwise(shell: Shell) -> None:
    """The service manager may hand them to the service alone."""
    shell.set(PLATFORM__BASE_URL="https://splynx.test")
    done = shell.run("config", "validate")
    assert done.code == 78
    assert "platform.key" in done.err
    assert "--without-secrets" in done.err
    assert shell.run("config", "validate", "--without-secrets").code == 0


def test_validate_tells_every_problem(shell: Shell) -> None:
    """One line each, with the key's name."""
    path = shell.write("c.toml", 'mode = "atc"\n[platform]\ntimezon = "UTC"\n')
    done = shell.run("-c", path, "config", "validate")
    assert done.code == 78
    for key in ("mode", "platform.timezon", "platform.base_url", "platform.key"):
        assert f"linked-accounts: {key}: " in done.err


def test_show_masks_secrets(shell: Shell) -> None:
    """In words and as JSON."""
    shell.set(
        PLATFORM__BASE_URL="https://splynx.test",
        PLATFORM__KEY="canary-key",
        PLATFORM__SECRET="canary-secret",
        BOUNDS__AMOUNT_PER_RUN="12.50",
    )
    told = shell.run("config", "show")
    document = shell.run("config", "show", "--json")
    assert "canary" not in told.out + document.out + told.err + document.err
    assert "bounds.first_run_approval" in told.out
    assert document.document["settings"]["bounds"]["amount_per_run"] == "12.50"


@pytest.mark.parametrize("release", ["4.3", "5.1"])
def test_mappings_show_needs_no_configuration_for_a_release(shell: Shell, release: str) -> None:
    """The file as it is."""
    done = shell.run("mappings", "show", "--release", release)
    assert done.code == 0
    assert f'release = "{release}"' in done.out
    shown = shell.run("mappings", "show", "--release", release, "--json").document
    assert shown["text"] == done.out


def test_mappings_show_without_release_prints_the_one_that_is_set(shell: Shell) -> None:
    """No request, no secret."""
    shell.set(PLATFORM__BASE_URL="https://splynx.test", PLATFORM__RELEASE="4.3")
    assert 'release = "4.3"' in shell.run("mappings", "show").out


def test_mappings_show_names_the_releases_there_are(shell: Shell) -> None:
    """An unknown one is a problem of the set-up."""
    done = shell.run("mappings", "show", "--release", "9.9")
    assert done.code == 78
    assert "4.3, 5.1" in done.err
