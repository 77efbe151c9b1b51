"""The tables, as they are now; ``migrations/`` leads there, and a test compares the two.

What the database itself forbids is in ``triggers.py``.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)

from connector.store.types import Amount, Day, UtcDateTime, Words

REVISION = "0004"
"""The migration that these tables correspond to."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

WORD = String(32)
"""A word from a closed set: a state, a kind, a mode."""

installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("install_id", String(20), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("id = 1", name="only_one"),
)

fact = Table(
    "fact",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("value", Words, nullable=False),
)

nonce = Table(
    "nonce",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("value", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="only_one"),
)

lease = Table(
    "lease",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("holder", Words),  # NULL: given up in good order
    Column("pid", Integer, nullable=False),
    Column("host", Words, nullable=False),
    Column("acquired_at", UtcDateTime, nullable=False),
    Column("session", Integer),  # PostgreSQL: the server's process that holds the lock
    Column("expires_at", UtcDateTime),  # PostgreSQL: by its own clock, if that session ends
    CheckConstraint("id = 1", name="only_one"),
)

# A row of the link map is never changed: a change marks it replaced and adds its successor.
link = Table(
    "link",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sub_id", BigInteger, nullable=False),
    Column("main_id", BigInteger, nullable=False),
    Column("mode", WORD, nullable=False),
    Column("since", Day, nullable=False),
    Column("until", Day),
    Column("source", WORD, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("recorded_by", Words, nullable=False),
    Column("replaced_at", UtcDateTime),
    Column("replaced_by", Words),
    Index("ix_link_sub_id", "sub_id"),
    Index("ix_link_main_id", "main_id"),
    Index(
        "uq_link_one_live",
        "sub_id",
        unique=True,
        sqlite_where=text("until IS NULL AND replaced_at IS NULL"),
        postgresql_where=text("until IS NULL AND replaced_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)

# A row stays when the family is off the agenda (due_at NULL), so that revisions never repeat.
agenda = Table(
    "agenda",
    metadata,
    Column("main_id", BigInteger, primary_key=True, autoincrement=False),
    Column("due_at", UtcDateTime),
    Column("reason", Words, nullable=False),
    Column("revision", Integer, nullable=False),
    Index("ix_agenda_due_at", "due_at"),
)

operation = Table(
    "operation",
    metadata,
    Column("plan_id", String(20), primary_key=True),
    Column("kind", WORD, nullable=False),
    Column("main_id", BigInteger, nullable=False),
    Column("state", WORD, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("cycle_start", Day),
    Column("total", Amount, nullable=False),
    Column("summary", Words, nullable=False),
    Column("why", Words, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("recorded_by", Words, nullable=False),
    Column("undoes", String(20)),  # of an undo: the merge
    Index("ix_operation_state_created_at", "state", "created_at"),
    Index("ix_operation_main_id_state", "main_id", "state"),
)

source = Table(
    "source",
    metadata,
    Column("plan_id", ForeignKey("operation.plan_id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("invoice_id", BigInteger, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("number", Words, nullable=False),
    Column("total", Amount, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("live", Boolean, nullable=False),
    PrimaryKeyConstraint("plan_id", "invoice_id"),
    Index(
        "uq_source_one_live_merge",
        "invoice_id",
        unique=True,
        sqlite_where=text("live = 1"),
        postgresql_where=text("live"),
    ),
)

step = Table(
    "step",
    metadata,
    Column("plan_id", ForeignKey("operation.plan_id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", WORD, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("invoice_id", BigInteger),
    Column("block_id", BigInteger),
    Column("effect", Words, nullable=False),
    Column("params_hash", String(64), nullable=False),
    Column("state", WORD, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("due_at", UtcDateTime),
    Column("remote_id", BigInteger),
    Column("reason", Words, nullable=False),
    Column("epoch", Integer),
    PrimaryKeyConstraint("plan_id", "number"),
    Index("ix_step_state", "state"),
    Index("ix_step_kind_remote_id", "kind", "remote_id"),
)

journal_event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("plan_id", ForeignKey("operation.plan_id"), nullable=False),
    Column("step", Integer),
    Column("account_id", BigInteger),
    Column("event", WORD, nullable=False),
    Column("from_state", WORD),
    Column("to_state", WORD),
    Column("by", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Column("epoch", Integer),
    Column("hash", String(64)),  # over the row and the hash of the row before, see chain.py
    Index("ix_event_plan_id_step", "plan_id", "step"),
    Index("ix_event_account_id", "account_id"),
    sqlite_autoincrement=True,
)

# Where the chain of events ends: rows that are gone from its end would not be missed otherwise.
chain = Table(
    "chain",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("length", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    CheckConstraint("id = 1", name="only_one"),
)

refusal = Table(
    "refusal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("main_id", BigInteger, nullable=False),
    Column("rule", Words, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("subject", Words, nullable=False),
    Column("sentence", Words, nullable=False),
    Column("mend", Words, nullable=False),
    Column("weight", WORD, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Index("ix_refusal_main_id", "main_id"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("main_id", BigInteger, nullable=False),
    Column("resource", Words, nullable=False),
    Column("object_id", BigInteger),
    Column("account_id", BigInteger),
    Column("field", Words, nullable=False),
    Column("problem", Words, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Index("ix_quarantine_main_id", "main_id"),
)

request = Table(
    "request",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", WORD, nullable=False),
    Column("subject", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    Column("outcome", Words),
    Index("ix_request_done_at", "done_at"),
    sqlite_autoincrement=True,
)

# A parking is never changed: it ends when a named person lifts it.
parking = Table(
    "parking",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("main_id", BigInteger, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("cause", WORD, nullable=False),
    Column("reason", Words, nullable=False),
    Column("evidence", Words, nullable=False),
    Column("mend", Words, nullable=False),
    Column("epoch", Integer),
    Column("lifted_at", UtcDateTime),
    Column("lifted_by", Words),
    Index(
        "uq_parking_one_live",
        "main_id",
        unique=True,
        sqlite_where=text("lifted_at IS NULL"),
        postgresql_where=text("lifted_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)
