"""Lives of the daemon: each is started for good, is given work, and is killed at a moment by chance."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from connector.cli.demo_stage import Stage, open_stage
from connector.errors import ConnectorError
from connector.runtime.facts import LAST_POLL
from connector.store.open import lock_path
from tests.crash_matrix.play import BUSY, WAITS
from tests.kill9.ambush import Ambush, Trap
from tests.kill9.months import Months
from tests.rehearsal.proxy import RecordingProxy

LOOK_SECONDS = 0.02
LIFE_SECONDS_MAX = 120.0
STOP_SECONDS = 9.0
"""Longer than the margin of a send, and than the quiescence on a simulated clock."""

STOP_EVERY = 50
"""One life in so many is stopped, the tenth the first."""

REFUSED = 75
MOMENTS = ("before the request", "after the answer", "at any time")
STOPPED = "of a stopped one"


@dataclass(kw_only=True, slots=True)
class Report:
    """What a campaign came to."""

    kills: Counter[str] = field(default_factory=Counter)  #: by moment
    struck: Counter[str] = field(default_factory=Counter)  #: by kind of request
    starts: int = 0
    stops: Counter[str] = field(default_factory=Counter)  #: what became of the rival
    months: int = 0
    done: Counter[str] = field(default_factory=Counter)  #: operations that were ended, by kind
    journal: str = ""
    findings: list[str] = field(default_factory=list)


def campaign(
    kills: int, seed: int, *, families: int, told: Callable[[], None] = lambda: None
) -> Report:
    """Kill so many daemons; in the end nothing may be wrong. ``told`` is called after each."""
    with tempfile.TemporaryDirectory(prefix="kill9-") as name:
        folder, ambush = Path(name), Ambush()
        with (
            open_stage(folder, families=families, subs=3, seed=seed) as open_one,
            RecordingProxy(open_one.base_url, ambush) as proxy,
        ):
            text = open_one.config.read_text().replace(open_one.base_url, proxy.base_url)
            open_one.config.write_text(text)
            stage = replace(open_one, environ=_environ(open_one, folder))
            run = Campaign(stage, ambush, folder, Random(f"kill9 {seed}"))
            run.prepare()
            while run.report.kills.total() < kills and not run.report.findings:
                run.live()
                told()
            run.end()
            return run.report


def _environ(stage: Stage, folder: Path) -> dict[str, str]:
    """As an installed program has it: what was compiled once is kept."""
    environ = {**stage.environ, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return environ


class Campaign:
    """One sandbox, one store, and one daemon after the other."""

    def __init__(self, stage: Stage, ambush: Ambush, folder: Path, dice: Random) -> None:
        self.report = Report()
        self._stage = stage
        self._ambush = ambush
        self._folder = folder
        self._dice = dice
        self._months = Months(stage, dice)
        self._store = folder / "state.sqlite3"

    def prepare(self) -> None:
        """Probe the installation, link the families, and have all charged on the same day."""
        self._stage.run("doctor", "--probe", str(self._stage.probed))
        links = self._folder / "links.csv"
        links.write_text(self._stage.control("GET", "links.csv"))
        self._stage.run("links", "import", str(links))
        for family in self._stage.control("GET", "families"):
            for number in (family["main_id"], *(sub["id"] for sub in family["subs"])):
                body = {"resource": "billing", "id": number, "changes": {"billing_date": 1}}
                self._stage.control("POST", "edit", body)
        self._months.step()

    # -- one life ---------------------------------------------------------------------------

    def live(self) -> None:
        """Start a daemon, let it work, and kill it."""
        if self.report.kills.total() % STOP_EVERY == STOP_EVERY // 5:
            self._live_stopped()
            return
        moment = self._dice.choice(MOMENTS)
        with self._daemon() as process:
            if moment == "at any time":
                self._feed_until(process, _later(10 ** self._dice.uniform(-1.5, 0.5)))
                self._kill(process)
            else:
                trap = self._trap(process.kill, moment == "after the answer", keeps_back=True)
                self._feed_until(process, trap.struck.is_set)
                self._kill(process)
                self.report.struck[_kind_of(trap.about)] += 1
            self.report.kills[moment] += 1

    def _live_stopped(self) -> None:
        """Stop a daemon for longer than it may hold anything, and start another meanwhile."""
        loses_lock = self._dice.random() < 1 / 2
        with self._daemon() as process:
            stop = lambda: process.send_signal(signal.SIGSTOP)  # noqa: E731 - a name for its use
            trap = self._trap(stop, self._dice.random() < 1 / 2, keeps_back=False)
            self._feed_until(process, trap.struck.is_set)
            self._ambush.lay(None)
            if loses_lock:
                lock_path(self._store).unlink(missing_ok=True)
            with self._daemon() as rival:
                self._feed_until(None, _later(STOP_SECONDS))
                process.send_signal(signal.SIGCONT)
                self._feed_until(None, lambda: _has_ended(process) or _has_ended(rival))
                self._judge_rivals(process, rival, loses_lock=loses_lock)
                self._kill(rival)
            self._kill(process)
            self.report.kills[STOPPED] += 1

    def _judge_rivals(
        self, process: subprocess.Popen[bytes], rival: subprocess.Popen[bytes], *, loses_lock: bool
    ) -> None:
        """Whoever has no lease any more has ended, and said so."""
        codes = (process.poll(), rival.poll())
        if codes == (REFUSED, None) and loses_lock:
            self.report.stops["took over"] += 1
        elif codes[0] is None and codes[1] == REFUSED:
            self.report.stops["was refused"] += 1
        else:
            self._find(f"a daemon that was stopped, and its rival, ended with {codes}")

    def _trap(self, strike: Callable[[], None], late: bool, *, keeps_back: bool) -> Trap:  # noqa: FBT001 - told by name where it matters
        is_of_writes = self._dice.random() < 1 / 2
        trap = Trap(
            nth=self._dice.randint(1, 4 if is_of_writes else 40),
            is_of_writes=is_of_writes,
            waits_for_answer=late,
            keeps_back=keeps_back,
            strike=strike,
        )
        self._ambush.lay(trap)
        return trap

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is None:
            process.kill()
            process.wait()

    @contextmanager
    def _daemon(self) -> Iterator[subprocess.Popen[bytes]]:
        self.report.starts += 1
        with (
            (self._folder / "daemon.log").open("ab") as lines,
            subprocess.Popen(
                self._stage.command("run"), env=self._stage.environ, stderr=lines
            ) as process,
        ):
            try:
                yield process
            finally:
                self._kill(process)

    # -- work and judgement -----------------------------------------------------------------

    def _feed_until(
        self, process: subprocess.Popen[bytes] | None, is_over: Callable[[], bool]
    ) -> None:
        """See that there is work, until something has happened."""
        end = time.monotonic() + LIFE_SECONDS_MAX
        while not is_over():
            if process is not None and process.poll() is not None and not is_over():
                self._find(f"a daemon ended by itself with {process.returncode}")
                return
            if time.monotonic() > end:
                self._find(f"nothing happened in {LIFE_SECONDS_MAX:.0f} seconds")
                return
            if self._is_at_rest():
                self._judge()
                self._months.step()
            time.sleep(LOOK_SECONDS)

    def end(self) -> None:
        """A last daemon ends everything, and ends in good order; then all is judged."""
        self._ambush.lay(None)
        if not self.report.findings:
            with self._daemon() as process:
                self._wait_for_rest(process)
                self._months.step()
                self._wait_for_rest(process)
                process.send_signal(signal.SIGTERM)
                if process.wait() != 0:
                    self._find(f"the last daemon ended with {process.returncode}")
        self._judge()
        try:
            self.report.journal = self._stage.run("journal", "verify").strip()
        except ConnectorError as broken:
            self._find(str(broken))
        self.report.months = self._months.done
        for row in self._rows("SELECT kind, count(*) AS n FROM operation GROUP BY kind"):
            self.report.done[row["kind"]] = row["n"]

    def _wait_for_rest(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + LIFE_SECONDS_MAX
        while not self._is_at_rest():
            if process.poll() is not None or time.monotonic() > end:
                self._find("the last daemon does not come to an end")
                return
            time.sleep(LOOK_SECONDS)

    def _judge(self) -> None:
        """At rest: the auditor finds nothing, and nothing waits for a person."""
        audit: dict[str, Any] = self._stage.control("GET", "audit")
        for finding in audit["findings"]:
            self._find(str(finding))
        for row in self._rows(WAITS):
            self._find(f"waits for a person: {dict(row)}")
        unverified = "SELECT plan_id, why FROM operation WHERE state = 'open' AND why <> ''"
        for row in self._rows(unverified):
            self._find(f"does not add up: {dict(row)}")

    def _find(self, sentence: str) -> None:
        if sentence not in self.report.findings:
            self.report.findings.append(sentence)

    def _is_at_rest(self) -> bool:
        """Whether a poll has seen the latest step, and nothing is left to do."""
        polled = self._rows("SELECT value FROM fact WHERE name = ?", LAST_POLL)
        if not polled:
            return False
        at = datetime.fromisoformat(polled[0]["value"]).replace(tzinfo=None)
        is_seen = at >= datetime.fromisoformat(self._months.now)
        return is_seen and not self._rows(BUSY)[0]["busy"]

    def _rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        with closing(sqlite3.connect(self._store)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(query, values).fetchall()


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is not None


def _kind_of(about: str) -> str:
    """A request without the number of its record."""
    return re.sub(r"/\d+", "", about)


def _later(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end
