"""What loaded settings give: the policy, the picture for operators, and frozenness."""

from __future__ import annotations

import json
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from connector.config import Settings, load_settings
from connector.config.sections import PlatformSettings
from connector.domain.policy import Bounds, CascadePolicy, MergePolicy, Mode, Policy
from tests.config.support import SECRETS, SMALLEST, Write


@pytest.fixture
def smallest(write: Write) -> Settings:
    """The smallest settings there are."""
    return load_settings(write(SMALLEST), SECRETS)


def test_defaults_are_those_of_the_planners(smallest: Settings) -> None:
    """Two places name the defaults; they must not drift apart."""
    assert smallest.policy() == Policy()


def test_every_decision_reaches_the_policy(write: Write) -> None:
    """No value is left at its default by mistake."""
    text = (
        SMALLEST.replace("observe", "propose")
        + """
[merge]
window_hours = 1
guard_minutes = 2
guard_times = []
rounding = "refuse"
sources_max = 3
[cascade]
release_when = "overdue_paid"
suspend = "mirror"
releases_max = 4
[bounds]
first_run_approval = false
families_per_run = 5
amount_per_run = "6.01"
vanish_percent = 7
"""
    )
    assert load_settings(write(text), SECRETS).policy() == Policy(
        mode=Mode.PROPOSE,
        merge=MergePolicy(
            window=timedelta(hours=1),
            guard=timedelta(minutes=2),
            guard_times=(),
            rounding="refuse",
            sources_max=3,
        ),
        cascade=CascadePolicy(release_when="overdue_paid", suspend="mirror", releases_max=4),
        bounds=Bounds(
            first_run_approval=False,
            families_per_run=5,
            amount_per_run=Decimal("6.01"),
            vanish_percent=7,
        ),
    )


@pytest.mark.parametrize(
    ("clock", "quiescence", "seconds"),
    [("wall", '"auto"', 900), ("server", '"auto"', 2), ("server", "30", 30), ("wall", "1", 1)],
)
def test_quiescence_follows_the_clock(
    write: Write, clock: str, quiescence: str, seconds: int
) -> None:
    """Only a rehearsal may be quick by itself; a number holds everywhere."""
    extra = f'clock = "{clock}"\nquiescence_seconds = {quiescence}\n[store]'
    settings = load_settings(write(SMALLEST.replace("[store]", extra)), SECRETS)
    assert settings.platform.quiescence == timedelta(seconds=seconds)


def test_the_zone_is_usable(write: Write) -> None:
    """The name in the file becomes a zone."""
    text = SMALLEST.replace("[store]", 'timezone = "Europe/Prague"\n[store]')
    assert load_settings(write(text), SECRETS).platform.zone.key == "Europe/Prague"


@pytest.mark.parametrize(
    "given", ["https://splynx.test/", "https://splynx.test", " https://splynx.test"]
)
def test_the_address_is_an_origin(write: Write, given: str) -> None:
    """A slash at the end or a space in front is no reason to fail."""
    settings = load_settings(write(SMALLEST.replace("https://splynx.test", given)), SECRETS)
    assert settings.platform.base_url == "https://splynx.test"


def test_an_address_with_brackets_keeps_them(write: Write) -> None:
    """IPv6 literals need theirs."""
    text = SMALLEST.replace("https://splynx.test", "http://[::1]:8080/")
    assert load_settings(write(text), SECRETS).platform.base_url == "http://[::1]:8080"


def test_a_local_time_of_toml_is_a_time(write: Write) -> None:
    """TOML has a type of its own for them."""
    settings = load_settings(write(SMALLEST + "[merge]\nguard_times = [22:00:00]\n"), SECRETS)
    assert settings.merge.guard_times == (time(22, 0),)


def test_the_picture_hides_secrets(smallest: Settings) -> None:
    """``config show`` prints plain values, and the secrets only as stars."""
    shown = smallest.describe()
    assert shown["platform"]["key"] == shown["platform"]["secret"] == "**********"
    assert shown["merge"]["guard_times"] == ["22:00", "23:59", "00:30"]
    assert shown["mode"] == "observe"
    assert "canary" not in json.dumps(shown)
    assert "canary" not in repr(smallest)


def test_the_picture_can_show_secrets(smallest: Settings) -> None:
    """Only when asked for."""
    platform = smallest.describe(masked=False)["platform"]
    assert (platform["key"], platform["secret"]) == ("canary-key", "canary-secret")


def test_absent_secrets_are_shown_as_absent(write: Write) -> None:
    """Stars would claim that there is one."""
    settings = load_settings(write(SMALLEST), {}, need_secrets=False)
    assert settings.describe()["platform"]["key"] is None
    assert settings.describe(masked=False)["platform"]["secret"] is None


def test_settings_made_by_hand_read_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only ``load_settings`` looks around; a stray variable of the host decides nothing."""
    monkeypatch.setenv("MODE", "act")
    monkeypatch.setenv("LINKED_ACCOUNTS_MODE", "act")
    made = Settings(platform=PlatformSettings(base_url="https://splynx.test"))
    assert made.mode is Mode.OBSERVE


def test_settings_are_frozen(smallest: Settings) -> None:
    """A reload makes new ones; nothing changes under a running cycle."""
    with pytest.raises(ValidationError):
        smallest.mode = Mode.ACT  # type: ignore[misc]  # what the test is about
    with pytest.raises(ValidationError):
        smallest.merge.window_hours = 1  # type: ignore[misc]  # what the test is about


def test_two_loads_agree(write: Write) -> None:
    """A reload of an unchanged file changes nothing."""
    path: Path = write(SMALLEST)
    assert load_settings(path, SECRETS).describe() == load_settings(path, SECRETS).describe()
