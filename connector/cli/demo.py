"""``demo``: the main job from end to end, with real processes over HTTP, in one simulated month."""

from __future__ import annotations

import csv
import io
import json
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from connector.cli.demo_stage import Stage, open_daemon, open_stage

SUBS = 3
LATE_PAYERS = 2
HEADINGS = (
    "main",
    "aggr",
    "indep",
    "issued",
    "to pay",
    "charged",
    "open",
    "blocked",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cast:
    """Who plays: families by main account, and how each sub-account is linked."""

    modes: dict[int, dict[int, str]]

    def aggregated(self, main_id: int) -> list[int]:
        """Sub-accounts the main pays for."""
        return [sub for sub, mode in self.modes[main_id].items() if mode == "aggregated"]

    @property
    def late(self) -> list[int]:
        """Main accounts that pay only after they were blocked."""
        return [main for main in self.modes if self.aggregated(main)][:LATE_PAYERS]


def run_demo(*, families: int, serve: bool, seed: int) -> int:
    """Play the month and show it; 0 only if the sandbox's auditor finds nothing wrong."""
    notes = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="linked-accounts-demo-") as name:
        folder = Path(name)
        with open_stage(folder, families=families, subs=SUBS, seed=seed) as stage:
            cast = _read_cast(stage, folder)
            _probe(stage, notes.print)
            with open_daemon(stage, folder / "daemon.log"):
                month = _play(stage, cast, notes.print)
                verdict = _show(Console(), cast, month)
                if serve:
                    _serve(stage, folder, notes)
    return verdict


def _read_cast(stage: Stage, folder: Path) -> Cast:
    """Fetch the families' CSV from the sandbox, and import it as an operator would."""
    text: str = stage.control("GET", "links.csv")
    path = folder / "links.csv"
    path.write_text(text)
    stage.run("links", "import", str(path))
    for account in stage.control("GET", "families"):
        for number in (account["main_id"], *(sub["id"] for sub in account["subs"])):
            changes = {"billing_date": 1}  # all on one day, so that one month shows everything
            body = {"resource": "billing", "id": number, "changes": changes}
            stage.control("POST", "edit", body)
    modes: dict[int, dict[int, str]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        modes.setdefault(int(row["main_id"]), {})[int(row["sub_id"])] = row["mode"]
    return Cast(modes=modes)


def _probe(stage: Stage, tell: Callable[[str], None]) -> None:
    """Nothing is written before a mark was read back: try it on a customer made for tests."""
    tell(f"day 1   the connector probes what the platform keeps, on test customer {stage.probed}")
    found = json.loads(stage.run("doctor", "--probe", str(stage.probed), "--json"))
    proofs = [check for check in found["checks"] if check["name"].startswith("proof: ")]
    proven = [check for check in proofs if check["verdict"] == "ok"]
    tell(f"        {len(proven)} of {len(proofs)} proven; its invoice was settled at once")


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """The auditor's reports: invoices issued, late payers blocked, and at the end."""

    before: dict[str, Any]
    blocked: dict[str, Any]
    after: dict[str, Any]


def _play(stage: Stage, cast: Cast, tell: Callable[[str], None]) -> Month:
    """The month, step by step."""
    tell("day 1   the platform issues an invoice to every account")
    stage.control("POST", "charge", {})
    before = stage.control("GET", "audit")
    tell("        the connector merges the aggregated ones")
    stage.settle("all families merged", lambda report: _all_merged(cast, report))
    tell("day 10  all pay but two main accounts; independent subs pay for themselves")
    stage.control("POST", "advance", {"days": 9})
    late = set(cast.late)
    held_back = {main: [main, *cast.aggregated(main)] for main in late}
    payers = [account for account in _debtors(stage) if account not in late]
    for account in payers:
        stage.control("POST", "pay", {"customer_id": account})
    by_hand = cast.aggregated(cast.late[0])[0]
    tell(f"        staff block sub-account {by_hand} for a reason of their own")
    stage.control("POST", "block", {"customer_id": by_hand, "by": "admin"})
    tell("day 18  the two are blocked for debt, and their sub-accounts with them")
    stage.control("POST", "advance", {"days": 8})
    blocked = stage.settle(
        "sub-accounts suspended", lambda report: _all_are(report, held_back, "blocked")
    )
    tell("day 21  the two pay at last; the connector switches their sub-accounts on again")
    stage.control("POST", "advance", {"days": 3})
    for main in late:
        stage.control("POST", "pay", {"customer_id": main})
    back = {main: [i for i in ids if i != by_hand] for main, ids in held_back.items()}
    stage.settle("sub-accounts released", lambda report: _all_are(report, back, "active"))
    tell("day 30  nothing is left open")
    stage.control("POST", "advance", {"days": 9})
    return Month(before=before, blocked=blocked, after=stage.control("GET", "audit"))


def _debtors(stage: Stage) -> list[int]:
    report = stage.control("GET", "audit")
    return sorted(
        {doc["customer_id"] for fam in report["families"] for doc in fam["open_documents"]}
    )


def _all_merged(cast: Cast, report: dict[str, Any]) -> bool:
    for family in report["families"]:
        subs = set(cast.aggregated(family["main_id"]))
        if not subs:
            continue
        owed = {doc["customer_id"] for doc in family["open_documents"]}
        if family["merged_documents"] != 1 or owed & subs:
            return False
    return True


def _all_are(report: dict[str, Any], wanted: dict[int, list[int]], status: str) -> bool:
    return all(
        family["status"][str(account)] == status
        for family in report["families"]
        if family["main_id"] in wanted
        for account in wanted[family["main_id"]]
    )


def _show(console: Console, cast: Cast, month: Month) -> int:
    title = "One simulated month, before and after"
    table = Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False
    )
    for heading in HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("at the end", justify="left", no_wrap=True)
    rows = [_row(cast, month, family) for family in month.after["families"]]
    for row in rows:
        table.add_row(*row)
    console.print(table)
    issued, to_pay = (sum(int(row[column]) for row in rows) for column in (3, 4))
    console.print(f"{issued} invoices were issued; {to_pay} had to be paid.")
    console.print('"blocked": accounts off on day 18 because their main account had not paid.')
    console.print("Off at the end: whom staff blocked by hand; the connector leaves that alone.")
    if month.after["ok"]:
        console.print("Auditor: nothing found. Every charge stands on one document, once.")
        return 0
    console.print("Auditor: FOUND SOMETHING")
    for finding in month.after["findings"]:
        console.print(f"  {finding}")
    return 1


def _row(cast: Cast, month: Month, family: dict[str, Any]) -> list[str]:
    main_id = family["main_id"]
    modes = list(cast.modes[main_id].values())
    folded, alone = modes.count("aggregated"), modes.count("independent")
    issued = len(_family(month.before, main_id)["open_documents"])
    blocked = list(_family(month.blocked, main_id)["status"].values()).count("blocked")
    return [
        str(main_id),
        str(folded),
        str(alone),
        str(issued),
        str(1 + alone if folded else issued),
        f"{Decimal(family['charged']):.2f}",
        f"{Decimal(family['owed']):.2f}",
        str(blocked) if blocked else "",
        _states(family["status"]),
    ]


def _family(report: dict[str, Any], main_id: int) -> dict[str, Any]:
    return next(family for family in report["families"] if family["main_id"] == main_id)


def _states(status: dict[str, str]) -> str:
    on = list(status.values()).count("active")
    off = len(status) - on
    return f"{on} on, {off} off" if off else f"{on} on"


def _serve(stage: Stage, folder: Path, notes: Console) -> None:
    """Stay up until told to stop, and say what can be looked at."""
    command = Path(sys.executable).with_name("linked-accounts")
    notes.print(
        f"\nThe sandbox and the daemon stay up; Ctrl-C ends them.\n"
        f"  sandbox API      {stage.base_url}/api/2.0/\n"
        f"  sandbox control  {stage.control_url} (what it can do, as JSON)\n"
        f"  configuration    {stage.config}\n"
        f"  daemon's log     {folder / 'daemon.log'}\n"
        f"  look at it       {command} -c {stage.config} status\n"
        f"                   {command} -c {stage.config} history\n",
        highlight=False,
        soft_wrap=True,
    )
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
