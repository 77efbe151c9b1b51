"""The unit: systemd understands every line of it, and finds it well enough locked up."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from connector.config.keys import keys

UNIT = Path(__file__).parents[2] / "systemd" / "linked-accounts.service"


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``systemd-analyze``; where it must be there and is not, that is a failure."""
    if shutil.which("systemd-analyze") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("systemd-analyze is missing; install systemd")
        pytest.skip("no systemd-analyze on this machine")
    return subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def installed(folder: Path, more: str = "") -> Path:
    """A copy of the unit whose program exists, with further lines in its service section."""
    text = UNIT.read_text(encoding="utf-8").replace("/usr/bin/linked-accounts", "/bin/true")
    copy = folder / UNIT.name
    copy.write_text(text.replace("[Install]", f"{more}\n[Install]"), encoding="utf-8")
    return copy


def settings_of_unit() -> dict[str, list[str]]:
    """Every setting of the unit with its values, in order."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"(?m)^(\w+)=(.*)$", UNIT.read_text(encoding="utf-8")):
        found.setdefault(name, []).append(value)
    return found


def verify(unit: Path) -> subprocess.CompletedProcess[str]:
    """Check a unit as systemd would read it."""
    return analyze("verify", "--recursive-errors=no", "--man=no", str(unit))


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """No unknown setting, no bad value."""
    done = verify(installed(tmp_path))
    assert done.returncode == 0, done.stderr
    assert UNIT.name not in done.stderr


def test_the_check_would_find_a_slip(tmp_path: Path) -> None:
    """An unknown setting is only a warning to systemd itself; here it must fail."""
    done = verify(installed(tmp_path, "WachdogSec=60"))
    assert done.returncode != 0
    assert "WachdogSec" in done.stderr


def test_it_is_locked_up_well_enough(tmp_path: Path) -> None:
    """Exposure of at most 1.5 of 10; and a weaker unit would not pass."""
    limit = ("security", "--offline=true", "--threshold=15")
    done = analyze(*limit, str(installed(tmp_path)))
    assert done.returncode == 0, done.stdout
    weaker = installed(tmp_path, "SystemCallFilter=\nRestrictNamespaces=no\nProtectSystem=no")
    assert analyze(*limit, str(weaker)).returncode != 0


def test_it_hands_over_every_secret() -> None:
    """The credentials are named as the configuration looks for them."""
    handed = [value.partition(":")[0] for value in settings_of_unit()["LoadCredential"]]
    assert handed == [key.credential for key in keys().values() if key.is_secret]


def test_it_does_not_restart_what_a_person_must_mend() -> None:
    """Usage, permission and settings errors stay down; everything else comes back."""
    settings = settings_of_unit()
    assert settings["Restart"] == ["on-failure"]
    assert settings["RestartPreventExitStatus"] == ["78 77 2"]
