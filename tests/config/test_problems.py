"""What is refused, and whether the sentence helps whoever reads it."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from connector.config import load_settings
from connector.config.keys import keys, nearest
from connector.errors import SetupError
from tests.config.support import SECRETS, SMALLEST, Write


def refused(path: Path, environ: dict[str, str]) -> list[str]:
    """The problems of a set-up that must not load."""
    with pytest.raises(SetupError) as caught:
        load_settings(path, environ)
    assert caught.value.exit_code == 78
    return caught.value.problems


def file_with(dotted: str, literal: str) -> str:
    """The smallest file with one more line in it, or with that line changed."""
    section, _, name = dotted.rpartition(".")
    replaced = f"{name} =" if dotted in {"mode", "platform.base_url", "store.url"} else "\0"
    lines = [line for line in SMALLEST.splitlines() if not line.startswith(replaced)]
    if not section:
        return "\n".join([f"{name} = {literal}", *lines])
    if f"[{section}]" not in lines:
        lines.append(f"[{section}]")
    lines.insert(lines.index(f"[{section}]") + 1, f"{name} = {literal}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("strange", "meant"),
    [
        ("platform.timeot", "platform.timeout_seconds"),
        ("platform.base-url", "platform.base_url"),
        ("platform.mode", "mode"),
        ("merge.window", "merge.window_hours"),
        ("cascade.release_on", "cascade.release_when"),
        ("base_url", "platform.base_url"),
        ("bounds.max_families", "poll.families_max"),
    ],
)
def test_an_unknown_key_names_the_nearest(write: Write, strange: str, meant: str) -> None:
    """A slip of the finger is not quietly ignored; the right key is named."""
    problems = refused(write(file_with(strange, '"x"')), SECRETS)
    assert problems == [f"{strange}: unknown key; did you mean {meant}?"]


def test_an_unknown_section_names_the_nearest(write: Write) -> None:
    """Sections are guessed like keys."""
    problems = refused(write(SMALLEST + "[cascades]\nsuspend = 1\n"), SECRETS)
    assert problems == ["cascades: unknown key; did you mean [cascade]?"]


def test_a_key_like_no_other_is_only_refused(write: Write) -> None:
    """A wild guess would mislead; and its value may be a secret, so it is not shown."""
    problems = refused(write(SMALLEST + '[log]\nzzqx = "canary"\n'), SECRETS)
    assert problems == ["log.zzqx: unknown key; remove it"]


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("PLATFORM__TIMEOT", "did you mean LINKED_ACCOUNTS_PLATFORM__TIMEOUT_SECONDS?"),
        ("PLATFORM_KEY", "did you mean LINKED_ACCOUNTS_PLATFORM__KEY?"),
        ("MOED", "did you mean LINKED_ACCOUNTS_MODE?"),
        ("PLATFORM", "write LINKED_ACCOUNTS_PLATFORM__ and the key's name"),
        ("ZZQX__ZZQX", "remove it"),
    ],
)
def test_an_unknown_variable_is_refused(write: Write, name: str, rest: str) -> None:
    """The environment is held to the same rule as the file."""
    environ = SECRETS | {f"LINKED_ACCOUNTS_{name}": "canary"}
    assert refused(write(SMALLEST), environ) == [
        f"LINKED_ACCOUNTS_{name}: unknown variable; {rest}"
    ]


@pytest.mark.parametrize(
    ("dotted", "literal", "problem"),
    [
        ("mode", '"go"', '"go" does not fit; use one of "observe", "propose", "act"'),
        ("platform.concurrency", "0", "0 does not fit; use a whole number from 1 to 32"),
        ("platform.concurrency", "33", "33 does not fit; use a whole number from 1 to 32"),
        ("platform.concurrency", "true", "true does not fit; use a whole number from 1 to 32"),
        ("platform.concurrency", "1.5", "1.5 does not fit; use a whole number from 1 to 32"),
        ("platform.requests_per_second", "nan", "NaN does not fit; use a number from 0 to 100000"),
        ("platform.release", "5.1", '5.1 does not fit; use one of "auto", "5.1", "4.3"'),
        (
            "platform.timezone",
            '"Mars/Olympus"',
            '"Mars/Olympus" does not fit; use a name of the IANA list, such as "Europe/Prague" or "UTC"',
        ),
        (
            "platform.quiescence_seconds",
            '"soon"',
            '"soon" does not fit; use "auto" or a whole number from 0 to 86400',
        ),
        ("platform.key", '""', "********** does not fit; use text"),
        (
            "platform.base_url",
            '"https://splynx.test/api/2.0/"',
            '"https://splynx.test/api/2.0/" does not fit; leave out /api/2.0; write https://splynx.test',
        ),
        (
            "platform.base_url",
            '"https://me:canary@splynx.test:8443"',
            (
                '"https://**********@splynx.test:8443" does not fit;'
                " leave out name and password; write https://splynx.test:8443"
            ),
        ),
        (
            "platform.base_url",
            '"https://splynx.test/admin?x=1"',
            (
                '"https://splynx.test/admin?x=1" does not fit;'
                " leave out everything after the host; write https://splynx.test"
            ),
        ),
        (
            "platform.base_url",
            '"splynx.test"',
            '"splynx.test" does not fit; write it like https://splynx.example.net',
        ),
        (
            "platform.base_url",
            '"https://splynx.test:port"',
            '"https://splynx.test:port" does not fit; write it like https://splynx.example.net',
        ),
        (
            "links.authority",
            '"fields"',
            '"fields" does not fit; "fields" comes in a later release; use "store" or "native"',
        ),
        (
            "merge.guard_times",
            '["22:00", "24:00"]',
            (
                '["22:00", "24:00"] does not fit;'
                ' use times from "00:00" to "23:59", for example ["22:00", "23:59"]'
            ),
        ),
        (
            "merge.guard_times",
            "22",
            '22 does not fit; use a list of times such as ["22:00", "23:59"]',
        ),
        (
            "merge.window_hours",
            '"long"',
            '"long" does not fit; use a whole number from 0 to 744 hours',
        ),
        ("bounds.first_run_approval", '"perhaps"', '"perhaps" does not fit; use true or false'),
        (
            "bounds.amount_per_run",
            '"a lot"',
            '"a lot" does not fit; use an amount in quotes, such as "50000.00"',
        ),
        (
            "bounds.amount_per_run",
            "-1",
            '-1 does not fit; use an amount in quotes, such as "50000.00"',
        ),
        (
            "store.url",
            '"postgresql://me:canary@db/x"',
            (
                '"postgresql://**********@db/x" does not fit;'
                " leave out the password; give it in a file that PGPASSFILE names"
            ),
        ),
        (
            "store.url",
            '"mysql://me@db/x"',
            (
                '"mysql://**********@db/x" does not fit;'
                " write sqlite:/// and the path of the file,"
                " for example sqlite:////var/lib/linked-accounts/state.sqlite3,"
                " or postgresql+psycopg://name@host/database"
            ),
        ),
    ],
)
def test_a_wrong_value_is_shown_with_its_mend(
    write: Write, dotted: str, literal: str, problem: str
) -> None:
    """Key, value, what to write instead, and the file: one sentence each, nothing else."""
    path = write(file_with(dotted, literal))
    path.chmod(0o600)
    assert refused(path, {} if dotted == "platform.key" else SECRETS)[:1] == [
        f"{dotted}: {problem} (from {path})"
    ]


def test_all_problems_are_told_at_once(write: Write) -> None:
    """One run of the command, one round of mending."""
    text = 'mode = "go"\nlog = 3\n[platform]\nconcurrency = 99\ntimeot = 3\n[merge]\nrounding = 1\n'
    environ = {"LINKED_ACCOUNTS_POLL__SWEEP_HOURS": "often", "LINKED_ACCOUNTS_MOED": "act"}
    path = write(text)
    assert refused(path, environ) == [
        "LINKED_ACCOUNTS_MOED: unknown variable; did you mean LINKED_ACCOUNTS_MODE?",
        "log: must be a section; begin it with a line [log]",
        f'mode: "go" does not fit; use one of "observe", "propose", "act" (from {path})',
        "platform.base_url: missing; set it in the file, or in LINKED_ACCOUNTS_PLATFORM__BASE_URL",
        f"platform.concurrency: 99 does not fit; use a whole number from 1 to 32 (from {path})",
        "platform.timeot: unknown key; did you mean platform.timeout_seconds?",
        (
            'poll.sweep_hours: "often" does not fit; use a whole number from 1 to 168 hours'
            " (from LINKED_ACCOUNTS_POLL__SWEEP_HOURS)"
        ),
        f'merge.rounding: 1 does not fit; use one of "line", "refuse" (from {path})',
        (
            "platform.key: missing; give it as the credential platform__key"
            " (LoadCredential= of the unit), or in LINKED_ACCOUNTS_PLATFORM__KEY"
        ),
        (
            "platform.secret: missing; give it as the credential platform__secret"
            " (LoadCredential= of the unit), or in LINKED_ACCOUNTS_PLATFORM__SECRET"
        ),
    ]


def test_a_broken_file_and_a_broken_environment_are_both_told(write: Write) -> None:
    """Bad syntax hides the file's values, not the other sources."""
    problems = refused(write("mode ="), {"LINKED_ACCOUNTS_MOED": "act"})
    assert problems[0].startswith("LINKED_ACCOUNTS_MOED: ")
    assert "config.toml: line 1" in problems[1]


def test_a_failure_leaks_no_secret(write: Write) -> None:
    """Not in the sentences, and not in the traceback with everything it chains."""
    path = write(file_with("platform.secret", '"canary-file"') + "\n[log]\nlevel = 3\n")
    with pytest.raises(SetupError) as caught:
        load_settings(path, SECRETS)
    assert "canary" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


def test_a_long_value_is_cut(write: Write) -> None:
    """A problem stays one readable line, whatever was pasted into the file."""
    (problem,) = refused(write(file_with("log.level", '"' + "x\\n" * 500 + '"')), SECRETS)
    assert len(problem) < 300
    assert "\n" not in problem


@pytest.mark.parametrize("dotted", sorted(keys()))
def test_every_key_is_its_own_nearest_and_tells_what_it_expects(dotted: str) -> None:
    """The catalogue covers every key, whatever its type."""
    key = keys()[dotted]
    assert nearest(dotted) == dotted
    assert key.expects
    assert (key.info.description or "")[-1].isalnum() or (key.info.description or "").endswith(".")
