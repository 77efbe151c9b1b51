"""Where settings come from, and which source wins."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from pathlib import Path

import pytest

from connector.config import Settings, load_settings
from connector.domain.policy import Mode
from connector.errors import SetupError
from tests.config.support import SECRETS, SMALLEST, Write


def credentials(folder: Path, **texts: str) -> dict[str, str]:
    """A credentials directory as systemd makes it; the variables that name it."""
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text)
    return {"CREDENTIALS_DIRECTORY": str(folder)}


def secret(settings: Settings) -> str | None:
    """The secret in force, in the clear."""
    return settings.platform.secret.get_secret_value() if settings.platform.secret else None


def test_the_smallest_file_is_complete(write: Write) -> None:
    """Mode, address and store in the file, key and secret in the environment: enough."""
    settings = load_settings(write(SMALLEST), SECRETS)
    assert settings.mode is Mode.OBSERVE
    assert settings.platform.base_url == "https://splynx.test"
    assert settings.merge.window_hours == 96
    assert secret(settings) == "canary-secret"


def test_the_environment_alone_is_enough(tmp_path: Path) -> None:
    """A container needs no file."""
    environ = SECRETS | {"LINKED_ACCOUNTS_PLATFORM__BASE_URL": "http://127.0.0.1:8080"}
    settings = load_settings(None, environ, default_path=tmp_path / "absent.toml")
    assert settings.platform.base_url == "http://127.0.0.1:8080"


def test_environment_wins_over_credential_over_file(write: Write, tmp_path: Path) -> None:
    """Each layer shows where the ones above it are silent."""
    path = write(SMALLEST.replace("[store]", 'secret = "from file"\nkey = "from file"\n[store]'))
    path.chmod(0o600)
    environ = credentials(
        tmp_path / "credentials", platform__secret="from credential\n", unrelated="x"
    )
    assert secret(load_settings(path, {})) == "from file"
    assert secret(load_settings(path, environ)) == "from credential"
    environ["LINKED_ACCOUNTS_PLATFORM__SECRET"] = "from environment"
    settings = load_settings(path, environ)
    assert secret(settings) == "from environment"
    assert settings.platform.key is not None
    assert settings.platform.key.get_secret_value() == "from file"


def test_every_kind_of_value_comes_from_the_environment(write: Write) -> None:
    """Words, numbers, flags, amounts and lists, over what the file says."""
    environ = SECRETS | {
        "LINKED_ACCOUNTS_MODE": "act",
        "LINKED_ACCOUNTS_MERGE__WINDOW_HOURS": "48",
        "LINKED_ACCOUNTS_MERGE__GUARD_TIMES": "21:00, 03:15",
        "LINKED_ACCOUNTS_BOUNDS__FIRST_RUN_APPROVAL": "false",
        "LINKED_ACCOUNTS_BOUNDS__AMOUNT_PER_RUN": "1000.10",
        "LINKED_ACCOUNTS_PLATFORM__QUIESCENCE_SECONDS": "7",
        "LINKED_ACCOUNTS_LOG__LEVEL": "",
        "UNRELATED": "x",
    }
    settings = load_settings(write(SMALLEST + "[merge]\nwindow_hours = 12\n"), environ)
    assert settings.mode is Mode.ACT
    assert settings.merge.window_hours == 48
    assert settings.merge.guard_times == (time(21, 0), time(3, 15))
    assert settings.bounds.first_run_approval is False
    assert settings.bounds.amount_per_run == Decimal("1000.10")
    assert settings.platform.quiescence.total_seconds() == 7
    assert settings.log.level == "info"


def test_an_amount_without_quotes_stays_exact(write: Write) -> None:
    """TOML's own fractions never become binary ones: the cents would not be equal."""
    settings = load_settings(write(SMALLEST + "[bounds]\namount_per_run = 0.10\n"), SECRETS)
    assert str(settings.bounds.amount_per_run) == "0.10"


def test_the_path_may_come_from_the_environment(write: Write, tmp_path: Path) -> None:
    """``LINKED_ACCOUNTS_CONFIG`` counts when no path is given; a given path wins."""
    path = write(SMALLEST)
    environ = SECRETS | {"LINKED_ACCOUNTS_CONFIG": str(path)}
    absent = tmp_path / "absent.toml"
    assert load_settings(None, environ, default_path=absent).store.url.endswith("state.sqlite3")
    with pytest.raises(SetupError, match=r"absent\.toml: no such file"):
        load_settings(absent, environ)


def test_the_usual_place_is_tried(write: Write) -> None:
    """Without path and variable the file under /etc counts, if it is there."""
    settings = load_settings(None, SECRETS, default_path=write(SMALLEST))
    assert settings.platform.base_url == "https://splynx.test"


def test_no_file_and_no_address_names_the_file(tmp_path: Path) -> None:
    """Whoever has set nothing up yet is told how to begin."""
    with pytest.raises(SetupError) as caught:
        load_settings(None, {}, default_path=tmp_path / "config.toml")
    assert caught.value.problems == [
        f"{tmp_path}/config.toml: no such file; `linked-accounts config init` writes an example"
    ]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_secret_in_a_shared_file_is_refused(write: Write, mode: int) -> None:
    """Secrets in a file that others may read are as good as published."""
    path = write(SMALLEST.replace("[store]", 'key = "canary-key"\n[store]'))
    path.chmod(mode)
    with pytest.raises(SetupError) as caught:
        load_settings(path, SECRETS)
    assert caught.value.problems == [
        (
            f"platform.key: is in {path}, which others may read;"
            f" give it as the credential platform__key, or `chmod 600 {path}`"
        )
    ]


def test_secrets_may_be_absent_where_none_are_needed(write: Write) -> None:
    """Commands that never reach the platform work without them."""
    settings = load_settings(write(SMALLEST), {}, need_secrets=False)
    assert settings.platform.key is None


def test_an_empty_credential_is_a_problem(write: Write, tmp_path: Path) -> None:
    """A forgotten, empty file must not pass as a secret."""
    environ = credentials(tmp_path / "credentials", platform__secret="\n", platform__key="k")
    with pytest.raises(SetupError) as caught:
        load_settings(write(SMALLEST), environ)
    first, second = caught.value.problems
    assert first.endswith("platform__secret is empty; write the secret in it")
    assert second.startswith("platform.secret: missing;")


def test_an_unreadable_credential_is_a_problem(write: Write, tmp_path: Path) -> None:
    """A directory in its place is one way not to be readable, even for root."""
    environ = SECRETS | credentials(tmp_path / "credentials")
    (tmp_path / "credentials" / "platform__key").mkdir()
    with pytest.raises(SetupError, match=r"platform__key cannot be read; Is a directory"):
        load_settings(write(SMALLEST), environ)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'mode = "act"\nplatform = = 3\n', "line 2, column 12: Invalid value"),
        (b'mode = "act', "line 1: Unterminated string; the file ends too early"),
        (b'mode = "\xff"', "byte 9 is not UTF-8; save the file as UTF-8"),
        (b"a = 1\na = 2\n", "line 2, column 6: Cannot overwrite a value"),
    ],
)
def test_bad_syntax_names_the_line(tmp_path: Path, content: bytes, problem: str) -> None:
    """What the file would have set is unknown, so nothing else about it is claimed."""
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(SetupError) as caught:
        load_settings(path, {})
    (only,) = caught.value.problems
    assert only.startswith(f"{path}: {problem}")


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    """The system's own reason is passed on."""
    with pytest.raises(SetupError, match=r"cannot be read; Is a directory"):
        load_settings(tmp_path, SECRETS)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    """Some editors put one in front."""
    path = tmp_path / "config.toml"
    path.write_text(SMALLEST, encoding="utf-8-sig")
    assert load_settings(path, SECRETS).mode is Mode.OBSERVE
