"""``doctor --probe``, and what the latest probe found, as checks with a sentence and a mend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from threading import Event

from connector.config import Settings
from connector.domain.ids import AccountId
from connector.errors import ConnectorError, PlatformError
from connector.ports.platform import Capabilities
from connector.runtime import facts
from connector.runtime.bootstrap import Wired, holder_name, open_for_probe
from connector.runtime.checks import Check, Verdict, fail, ok, warn
from connector.runtime.gate import LOST, UNTRIED, load_obstacle
from connector.runtime.probe import ProbeReport, load_proofs, run_probe
from connector.runtime.service import hold_pen
from connector.saga.proofs import ESSENTIAL, Capability, Grade

AGAIN = 75
NAME = "probe"
SAME_AGAIN = "run the same probe again: it goes on where it was, and settles its invoice"
MENDS = {
    Capability.SETTLES: "let whoever runs Splynx look: a credit note must settle its invoice",
    Capability.FILTERS: "let whoever runs Splynx look: nothing can be read until filters are honoured",
    Capability.NAMES: "activate the test customer, then probe again; until then a person decides "
    "about a suspension that ended in doubt",
    Capability.MONEY: "compare the rounding of Splynx with docs/money.md; merges would be held",
}
KEEP = (
    "find out what changes the text: an add-on, a proxy, the field; no write of ours is known by it"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A probe that somebody asked for."""

    account_id: AccountId
    by: str
    wait: timedelta = timedelta(seconds=30)


def probe(settings: Settings, wanted: Wanted) -> Iterator[Check]:
    """Carry a probe out, if the account is the one that the settings name; a row when it failed.

    What it found is then told by :func:`tell_proofs`.
    """
    named = settings.platform.probe_account
    if named != wanted.account_id:
        what = "names none" if named is None else f"names {named}"
        mend = "set it to a customer made for tests, or give its number"
        yield fail(NAME, f"not tried on {wanted.account_id}: platform.probe_account {what}", mend)
        return
    try:
        with open_for_probe(settings, wanted.account_id) as wired:
            service = wired.service
            with hold_pen(service, holder_name(), Event()) as pen:
                report = run_probe(service, pen, wanted.account_id, wanted.by, wait=wanted.wait)
    except PlatformError as error:
        yield fail(NAME, str(error), f"mend it, then {SAME_AGAIN}", error.exit_code)
    except ConnectorError as error:
        mend = "see above" if error.exit_code != AGAIN else "stop the service, or try again later"
        yield fail(NAME, str(error), mend, error.exit_code)
    else:
        yield _told_end(report, wanted)


def _told_end(report: ProbeReport, wanted: Wanted) -> Check:
    if report.waits_until is not None:
        until = f"{report.waits_until:%H:%M:%S} UTC"
        return fail(NAME, f"it waits until {until}", f"after that, {SAME_AGAIN}", AGAIN)
    if report.leftover:
        return fail(NAME, report.leftover, "then probe again")
    settled = f"account {wanted.account_id} owes nothing; its invoice and credit note stay"
    return ok(NAME, f"done by {wanted.by}: {settled}")


def tell_proofs(_settings: Settings, wired: Wired) -> Iterator[Check]:
    """What is proven here, capability by capability; a warning where it was on another release."""
    with wired.service.store.begin() as unit:
        found = list(load_proofs(unit))
        how = unit.facts.load(facts.MARKER)
        obstacle = load_obstacle(unit)
    if obstacle == UNTRIED:
        yield warn("marks", *_parted(UNTRIED))
    elif not found:
        yield ok("marks", f"proven {how or 'by a claim that was read back'}; never probed")
    elif obstacle == LOST:
        yield warn("marks", *_parted(LOST))
    for capability, told in found:
        yield _told(capability, told)
    if found:
        yield from _outdated(found[0][1], wired.platform.capabilities)


def _parted(sentence: str) -> tuple[str, str]:
    """What is the case, and what to do about it."""
    fact, _, mend = sentence.partition(": ")
    return fact, mend


def _told(capability: Capability, told: dict[str, str]) -> Check:
    name = f"proof: {capability}"
    sentence = f"{told['sentence']} ({told['at'][:10]}, Splynx {told['release']})"
    if told["grade"] == Grade.PROVEN:
        return ok(name, sentence)
    mend = MENDS.get(capability, KEEP)
    if told["grade"] == Grade.MISSING:
        kind = fail if capability in ESSENTIAL or capability is Capability.FILTERS else warn
        return kind(name, sentence, mend)
    return Check(name=name, verdict=Verdict.WARN, sentence=sentence, mend="nothing to do")


def _outdated(told: dict[str, str], now: Capabilities) -> Iterator[Check]:
    if told["release"] != now.release:
        fact = f"probed on Splynx {told['release']}, and {now.release} is seen now"
        yield warn("proof", fact, "probe again: what was proven may have changed")
    elif told["mapping"] != now.mapping_hash:
        yield warn("proof", "probed under another mapping than the one in force", "probe again")
