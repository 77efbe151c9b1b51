"""The sections of the configuration file; descriptions and limits here make the example file too."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_serializer, field_validator

from connector.config.section import Section
from connector.config.values import Exact, Origin, StoreUrl, Times, Whole, Zone

_QUIESCENCE_WALL = timedelta(seconds=900)
_QUIESCENCE_SERVER = timedelta(seconds=2)


class PlatformSettings(Section):
    """How to reach Splynx, and how hard it may be used."""

    base_url: Origin = Field(
        description="Where Splynx answers: scheme and host only, without /api/2.0; always needed.",
        examples=["https://splynx.example.net"],
        json_schema_extra={"expects": "an address such as https://splynx.example.net"},
    )
    release: Literal["auto", "5.1", "4.3"] = Field(
        "auto",
        description="Generation of Splynx; auto finds out, and only observes one it does not know.",
    )
    timezone: Zone = Field(
        "UTC",
        description='Time zone Splynx itself is set to, such as "Europe/Prague"; its dates carry none.',
        json_schema_extra={"expects": 'a name of the IANA list, such as "Europe/Prague"'},
    )
    clock: Literal["wall", "server"] = Field(
        "wall",
        description=(
            "Whose time decides about billing:\n"
            "wall: this machine's clock\n"
            "server: the Date of Splynx's answers, for rehearsals on a simulated clock"
        ),
    )
    auth: Literal["token", "signature", "basic"] = Field(
        "token",
        description=(
            "How to log in:\n"
            "token: a short-lived token, renewed as needed\n"
            "signature: every request signed\n"
            "basic: key and secret as they are; only for keys with unsecure access"
        ),
    )
    concurrency: Whole = Field(
        2, ge=1, le=32, description="Families worked on at the same time, each on one connection."
    )
    requests_per_second: Exact = Field(
        Decimal(10),
        ge=0,
        le=100_000,
        description="Most requests sent in a second, all families together; 0 sets no limit.",
        json_schema_extra={"expects": "a number from 0 to 100000"},
    )
    timeout_seconds: Whole = Field(
        60, ge=1, le=600, description="How long to wait for an answer before it counts as lost."
    )
    page_size: Whole = Field(500, ge=1, le=5000, description="Rows asked for in one request.")
    probe_account: Whole | None = Field(
        None,
        ge=1,
        description=(
            "A customer made for tests and nothing else, to whom `doctor --probe` may write: it owes"
            " nothing and is linked to nobody. The probe is refused for any other."
        ),
        examples=[4711],
        json_schema_extra={"expects": "the number of a customer"},
    )
    quiescence_seconds: Literal["auto"] | Annotated[Whole, Field(ge=0, le=86_400)] = Field(
        "auto",
        description=(
            "How long after an unanswered write its absence is proof that it never happened, since"
            " Splynx may work on after a connection is lost. auto is 900, and 2 with"
            ' clock = "server".'
        ),
        json_schema_extra={"expects": '"auto" or a whole number from 0 to 86400'},
    )
    key: SecretStr | None = Field(
        None, min_length=1, description="API key.", json_schema_extra={"expects": "text"}
    )
    secret: SecretStr | None = Field(
        None, min_length=1, description="API secret.", json_schema_extra={"expects": "text"}
    )

    @property
    def zone(self) -> ZoneInfo:
        """The platform's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def quiescence(self) -> timedelta:
        """How long to wait before an absent document is proof; ``auto`` depends on the clock."""
        if self.quiescence_seconds != "auto":
            return timedelta(seconds=self.quiescence_seconds)
        return _QUIESCENCE_SERVER if self.clock == "server" else _QUIESCENCE_WALL


class StoreSettings(Section):
    """Where the journal lives."""

    url: StoreUrl = Field(
        "sqlite:////var/lib/linked-accounts/state.sqlite3",
        description=(
            "A SQLite file, where four slashes begin an absolute path; or a database on a"
            " PostgreSQL server, as postgresql+psycopg://name@host/database. Its password belongs"
            " in a file that PGPASSFILE names."
        ),
        json_schema_extra={"expects": "sqlite:/// and the path of a file"},
    )


class PollSettings(Section):
    """How often to look."""

    interval_seconds: Whole = Field(
        60, ge=1, le=3600, description="Pause between two looks for changes."
    )
    sweep_hours: Whole = Field(
        24, ge=1, le=168, description="Time between two full looks, which also find deleted rows."
    )
    families_max: Whole = Field(
        200, ge=1, le=100_000, description="Families looked at in one turn; the rest wait in line."
    )


class LinksSettings(Section):
    """Who decides which account is linked to which."""

    authority: Literal["store", "native", "fields"] = Field(
        "store",
        description=(
            "Which links count; the others are compared and shown as drift:\n"
            "store: those recorded with this connector\n"
            "native: those made in Splynx itself, 5.1 or newer"
        ),
        json_schema_extra={"expects": 'one of "store", "native"'},
    )

    @field_validator("authority")
    @classmethod
    def _not_yet(cls, value: str) -> str:
        """Additional fields are understood, but nothing reads them yet."""
        if value == "fields":
            raise ValueError('"fields" comes in a later release; use "store" or "native"')
        return value


class MergeSettings(Section):
    """When and how the invoices of a family become one."""

    window_hours: Whole = Field(
        96,
        ge=0,
        le=744,
        description=(
            "How long a cycle waits for invoices of all sub-accounts after the first one; with 0 it"
            " does not wait, and those that come later get a supplement."
        ),
    )
    guard_minutes: Whole = Field(
        30, ge=0, le=240, description="Nothing is merged this close to a time in guard_times."
    )
    guard_times: Times = Field(
        (time(22, 0), time(23, 59), time(0, 30)),
        description="When Splynx itself charges and blocks, in its own time zone; see its cron set-up.",
        json_schema_extra={"expects": 'a list of times such as ["22:00", "23:59"]'},
    )
    rounding: Literal["line", "refuse"] = Field(
        "line",
        description=(
            "When a merged total differs from the sum of its sources by rounding:\n"
            "line: add one visible rounding line, at most a cent per source\n"
            "refuse: do not merge, and say so"
        ),
    )
    target: Literal["create", "auto"] = Field(
        "create",
        description=(
            "Which document takes the lines of all sources:\n"
            "create: always a new invoice\n"
            "auto: the main account's own invoice, where that was proved safe here; else a new one"
        ),
    )
    sources_max: Whole = Field(
        500, ge=1, le=2000, description="Most invoices that may become one; more wait for a person."
    )

    @field_serializer("guard_times", when_used="json")
    def _short_times(self, times: tuple[time, ...]) -> list[str]:
        """Times as people write them."""
        return [f"{moment:%H:%M}" for moment in times]


class CascadeSettings(Section):
    """When sub-accounts follow their main account."""

    release_when: Literal["clear", "overdue_paid"] = Field(
        "clear",
        description=(
            "When sub-accounts blocked for the main account's debt come back:\n"
            "clear: it is active, nothing of it is overdue, and it has its minimum balance\n"
            "overdue_paid: nothing of it is overdue any more"
        ),
    )
    suspend: Literal["off", "mirror"] = Field(
        "off",
        description=(
            "Whether sub-accounts are blocked with their main account:\n"
            "off: never\n"
            "mirror: aggregated ones are, since they owe nothing themselves after a merge"
        ),
    )
    releases_max: Whole = Field(
        2,
        ge=1,
        le=100,
        description="Releases of one sub-account in one dunning episode before a person must look.",
    )


class AuditSettings(Section):
    """The nightly audit: everything is read and judged, nothing is written to Splynx."""

    hour: Literal["off"] | Annotated[Whole, Field(ge=0, le=23)] = Field(
        4,
        description=(
            "When the service audits every family once a day, in the time zone of Splynx:\n"
            "0 to 23: the hour\n"
            "off: never; `linked-accounts audit` does it by hand"
        ),
        json_schema_extra={"expects": '"off" or a whole number from 0 to 23'},
    )
    days: Whole = Field(
        100, ge=1, le=3660, description="How far back the documents of merges are read again."
    )
    stuck_hours: Whole = Field(
        24, ge=1, le=744, description="An operation that takes longer is a finding."
    )
    metrics_file: str | None = Field(
        None,
        min_length=1,
        description=(
            "File in which the figures of each audit are left for Prometheus, by way of"
            " node_exporter; none is written unless set."
        ),
        examples=["/run/linked-accounts/linked_accounts.prom"],
        json_schema_extra={"expects": "the path of a file"},
    )


class LogSettings(Section):
    """What is written to standard error, and so to the journal of systemd."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important lines that are still written."
    )
    format: Literal["json", "text"] = Field(
        "json", description="json for machines, text for people; one line per event either way."
    )
