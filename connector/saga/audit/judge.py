"""The audit of one family: all its rules, in one order, each finding once; and what concerns all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connector.saga.audit.families import judge_family_whole
from connector.saga.audit.journal import judge_journal
from connector.saga.audit.marks import judge_marks
from connector.saga.audit.merges import judge_merges
from connector.saga.audit.notes import judge_undos
from connector.saga.audit.rules import CONCERNS_ALL, FAMILIES_MAX, TWICE, Rule
from connector.saga.audit.scene import AuditFinding, FamilyScene


def judge_scene(scene: FamilyScene) -> tuple[AuditFinding, ...]:
    """What is wrong with a family; of one that could not be read, what its journal shows."""
    found = {finding.identity: finding for finding in _judge(scene)}
    return tuple(found.values())


def _judge(scene: FamilyScene) -> Iterator[AuditFinding]:
    yield from judge_journal(scene)
    if scene.problem:
        yield AuditFinding(
            rule=Rule.UNREADABLE,
            main_id=scene.main_id,
            account_id=scene.main_id,
            subject=f"family {scene.main_id}",
            sentence=f"family {scene.main_id} cannot be judged: {scene.problem}",
            mend="correct the record in Splynx, or try again when it answers",
        )
        return
    yield from judge_merges(scene)
    yield from judge_undos(scene)
    yield from judge_marks(scene)
    yield from judge_family_whole(scene)


def concerns_all(findings: Iterable[AuditFinding]) -> tuple[AuditFinding, ...]:
    """Those that stop all writing: nobody can tell who writes, or it goes wrong everywhere."""
    found = tuple(findings)
    twice = tuple(finding for finding in found if finding.rule in TWICE)
    families = {finding.main_id for finding in twice}
    alone = tuple(finding for finding in found if finding.rule in CONCERNS_ALL)
    return (*alone, *twice) if len(families) > FAMILIES_MAX else alone
