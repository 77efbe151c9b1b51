"""What the database itself forbids, whoever asks: journal, links and parkings only grow."""

from __future__ import annotations

from sqlalchemy import DDL, event

from connector.store.schema import metadata

_LINK_CONTENT = "sub_id, main_id, mode, since, until, source, recorded_at, recorded_by"
_PARKING_CONTENT = "main_id, since, cause, reason, evidence, mend, epoch"

TRIGGERS = {
    "event_is_final": "UPDATE ON event",
    "event_is_kept": "DELETE ON event",
    "operation_is_kept": "DELETE ON operation",
    "step_is_kept": "DELETE ON step",
    "source_is_kept": "DELETE ON source",
    "link_is_final": f"UPDATE OF {_LINK_CONTENT} ON link",
    "link_is_kept": "DELETE ON link",
    "chain_is_kept": "DELETE ON chain",
    "parking_is_final": f"UPDATE OF {_PARKING_CONTENT} ON parking",
    "parking_is_kept": "DELETE ON parking",
}
"""What the database itself forbids, whoever asks: the journal and the link map only grow."""

_REFUSE = (
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',"
    " MESSAGE = replace(TG_NAME, '_', ' '); END $$"
)


def _run_after_create(statement: str, dialect: str) -> None:
    ddl = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy's own gap
    event.listen(metadata, "after_create", ddl.execute_if(dialect=dialect))


_run_after_create(_REFUSE, "postgresql")
for _name, _when in TRIGGERS.items():
    _sentence = f"SELECT RAISE(ABORT, '{_name.replace('_', ' ')}');"
    _run_after_create(f"CREATE TRIGGER {_name} BEFORE {_when} BEGIN {_sentence} END", "sqlite")
    _also = _when.replace("DELETE ON", "DELETE OR TRUNCATE ON")
    _run_after_create(
        f"CREATE TRIGGER {_name} BEFORE {_also} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "postgresql",
    )
