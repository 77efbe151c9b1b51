"""``doctor``: is everything set up as it must be? Every check is one sentence, with its mend."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from connector.config import Settings
from connector.domain.links import LinkSource
from connector.domain.policy import Mode
from connector.errors import (
    PlatformDenied,
    PlatformError,
    PlatformUnavailable,
    SetupError,
    StoreError,
)
from connector.runtime.bootstrap import Wired, open_for_looking
from connector.runtime.checks import Check, Verdict, fail, ok, warn
from connector.runtime.links import live_links
from connector.runtime.proofs import Wanted, probe, tell_proofs
from connector.runtime.readiness import UNPROVEN
from connector.runtime.service import Service

SKEW_NOTED = timedelta(seconds=30)
SKEW_MAX = timedelta(minutes=5)
"""Beyond this, windows, guard times and due days are judged wrongly."""

FUTURE = timedelta(minutes=10)
"""A record saved so much later than now shows that the time zone is wrong."""


def examine(settings: Settings, wanted: Wanted | None = None) -> Iterator[Check]:
    """Check everything behind good settings, one after the other as the answers come.

    Args:
        settings: good ones.
        wanted: a probe to carry out before what is proven is told.
    """
    try:
        if wanted is not None:
            yield from probe(settings, wanted)
        with open_for_looking(settings) as wired:
            yield ok("store", f"{settings.store.url} is open, install {_install_id(wired)}")
            answered = False
            for check in _examine_platform(settings, wired):
                answered = answered or (check.name == "reach" and check.verdict is Verdict.OK)
                yield check
            if answered:
                yield _judge_links(wired.service)
            yield _judge_mode(wired.service)
    except SetupError as error:
        for problem in error.problems:
            yield fail("config", problem, "correct the setting", SetupError.exit_code)
    except StoreError as error:
        mend = "see that the directory of store.url exists, is ours, and has room"
        yield fail("store", str(error), mend)


def config_problem(sentence: str) -> Check:
    """A problem found while the settings were loaded."""
    return fail("config", sentence, "correct the configuration", SetupError.exit_code)


def config_ok(settings: Settings) -> Check:
    """The settings could be loaded."""
    return ok("config", f"complete; platform {settings.platform.base_url}")


def _examine_platform(settings: Settings, wired: Wired) -> Iterator[Check]:
    try:
        wired.platform.check_login()
    except PlatformUnavailable as error:
        mend = "check platform.base_url, name resolution, firewall and certificate"
        yield fail("reach", str(error), mend, error.exit_code)
        return
    except PlatformDenied as error:
        yield ok("reach", f"{settings.platform.base_url} answers")
        mend = "check key, secret and platform.auth, and the key's address list in Splynx"
        yield fail("login", str(error), mend, error.exit_code)
        return
    except PlatformError as error:
        yield fail("reach", str(error), "check that platform.base_url is a Splynx", error.exit_code)
        return
    yield ok("reach", f"{settings.platform.base_url} answers")
    yield ok("login", f"the API key is accepted ({settings.platform.auth})")
    for name, check in _PLATFORM_CHECKS.items():
        try:
            yield from check(settings, wired)
        except PlatformError as error:
            yield fail(name, str(error), "grant what is missing, then try again", error.exit_code)


def _permissions(_settings: Settings, wired: Wired) -> Iterator[Check]:
    for found in wired.platform.probe_permissions():
        name = f"permission: {found.resource}"
        if found.ok:
            yield ok(name, found.sentence)
        else:
            mend = "grant it to the API key in Splynx (Administration, API keys)"
            yield fail(name, found.sentence, mend, PlatformDenied.exit_code)


def _clocks(settings: Settings, wired: Wired) -> Iterator[Check]:
    server = wired.platform.read_time()
    if settings.platform.clock == "server":
        yield ok("clock", f"billing time is Splynx's own: {server:%Y-%m-%d %H:%M:%S} UTC")
        return
    skew = abs(server - wired.service.clock.host())
    sentence = f"this host and Splynx differ by {int(skew.total_seconds())} seconds"
    mend = "let both keep time by NTP"
    if skew > SKEW_MAX:
        yield fail("clock", sentence, mend)
    elif skew > SKEW_NOTED:
        yield warn("clock", sentence, mend)
    else:
        yield ok("clock", sentence)


def _time_zone(settings: Settings, wired: Wired) -> Iterator[Check]:
    now = wired.platform.read_time()
    zone = settings.platform.timezone
    late = now + FUTURE
    ahead = [row for row in wired.platform.read_accounts_updated(late) if row.saved_at > late]
    if ahead:
        yield fail(
            "time zone",
            f"account {ahead[0].id} was saved in the future, if Splynx's clock were in {zone}",
            "set platform.timezone to the zone that Splynx itself is set to",
        )
        return
    local = now.astimezone(settings.platform.zone)
    yield ok("time zone", f"no record contradicts {zone}, where it is {local:%Y-%m-%d %H:%M} now")


def _release(_settings: Settings, wired: Wired) -> Iterator[Check]:
    found = wired.platform.capabilities
    if found.release == UNPROVEN:
        yield warn(
            "release",
            "this release of Splynx is not known; the connector only observes",
            "set platform.release if it is one that a mapping exists for",
        )
    else:
        yield ok("release", f"Splynx {found.release}")
    mapping = wired.connection.mapping
    yield ok("mapping", f"{mapping.release}, sha256 {mapping.sha256[:16]}")


def _capabilities(_settings: Settings, wired: Wired) -> Iterator[Check]:
    found = wired.platform.capabilities
    if wired.service.authority is LinkSource.NATIVE and not found.native_links:
        yield fail(
            "capabilities",
            f'links.authority is "native", but Splynx {found.release} has no links of its own',
            'set links.authority = "store"',
        )
        return
    links = "has" if found.native_links else "does not have"
    lines = "name" if found.sub_account_on_items else "do not name"
    yield ok(
        "capabilities",
        f"this release {links} linked accounts of its own; its invoice lines {lines} a sub-account;"
        f" additional fields declared on invoices: {wired.platform.count_extra_fields()}, none needed",
    )


_PLATFORM_CHECKS = {
    "permission": _permissions,
    "clock": _clocks,
    "time zone": _time_zone,
    "release": _release,
    "capabilities": _capabilities,
    "proof": tell_proofs,
}


def _judge_links(service: Service) -> Check:
    try:
        count = len(live_links(service))
    except PlatformError as error:  # the server's clock was asked for the day
        return fail("links", str(error), "see above", error.exit_code)
    if count:
        return ok("links", f"{count} links are valid today")
    native = service.authority is LinkSource.NATIVE
    return warn(
        "links",
        "no link is valid today: there is nothing to merge and nobody to release",
        "link accounts in Splynx" if native else "`linked-accounts links import FILE`",
    )


def _judge_mode(service: Service) -> Check:
    meanings = {
        Mode.OBSERVE: "observe: reads and plans, writes nothing to Splynx",
        Mode.PROPOSE: "propose: every plan waits for a person's approval",
        Mode.ACT: "act: plans are carried out",
    }
    return ok("mode", meanings[service.policy.mode])


def _install_id(wired: Wired) -> str:
    return wired.service.store.install_id
