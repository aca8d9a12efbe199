"""The tables: resources and their versions, cases, messages, events, deadlines, audit, feed. Architecture, 'How one event flows'.

Columns hold plain integers, texts and bytes, so that no value needs conversion. Instants are microseconds since
1970 UTC; flags are 0 and 1. Every row names its owner (`org`, level-1 HER-id), save the installation's own `meta`.
Indexes are few: each costs time on every write. Partial ones shrink as work is done.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    and_,
    literal_column,
    or_,
    text,
)

from adapter.store.sql import bytes_at

metadata: Final = MetaData()
_Serial = BigInteger().with_variant(Integer(), "sqlite")


def _serial() -> Column[int]:
    # AUTOINCREMENT on SQLite, so that no number is used twice, even after a purge of the last rows.
    return Column("seq", _Serial, primary_key=True, autoincrement=True)


meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

case_ = Table(
    "case_",
    metadata,
    Column("key", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("person_hash", Text, nullable=True),
    Column("created", BigInteger, nullable=False),
    Column("keep_until", BigInteger, nullable=True),
    Index("case_person", "person_hash", "org", unique=True),
)

resource = Table(
    "resource",
    metadata,
    Column("type", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("case_key", Text, nullable=True),
    Column("version", Integer, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("open", SmallInteger, nullable=False),
    Column("subject", Text, nullable=True),
    Column("status", Text, nullable=True),
    Column("date_start", BigInteger, nullable=True),
    Column("date_end", BigInteger, nullable=True),
    # All tokens of this version (tokens.py): searched where a token is no row, and what an update compares with.
    Column("tokens", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("resource_case", "case_key", sqlite_where=text("open = 1"), postgresql_where=text("open = 1")),
    Index(
        "resource_subject",
        "subject",
        "type",
        "id",
        sqlite_where=text("subject IS NOT NULL"),
        postgresql_where=text("subject IS NOT NULL"),
    ),
    Index("resource_updated", "type", "updated", "id"),
    # Work lists. Other types are found by subject, or scanned in the order of their ids.
    Index(
        "resource_task",
        "status",
        "id",
        sqlite_where=text("type = 'Task'"),
        postgresql_where=text("type = 'Task'"),
    ),
)

resource_history = Table(
    "resource_history",
    metadata,
    Column("type", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("org", Text, nullable=False),
    Column("case_key", Text, nullable=True),
    Column("updated", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

change = Table(
    "change",
    metadata,
    _serial(),
    Column("xid", BigInteger, nullable=False),
    Column("org", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    # One transaction's versions (changes.py): a row of its own for each would cost every write.
    Column("versions", Text, nullable=False),
    Index("change_at", "at"),
    sqlite_autoincrement=True,
)
Index("change_order", change.c.xid, change.c.seq).ddl_if(dialect="postgresql")

token = Table(
    "token",
    metadata,
    Column("type", Text, primary_key=True),
    Column("param", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("system", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    sqlite_with_rowid=False,
)

event = Table(
    "event",
    metadata,
    _serial(),
    Column("xid", BigInteger, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("org", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("status_code", Integer, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("case_key", Text),
    Column("melde_id", Text),
    Index("event_id", "event_id", unique=True),
    Index(
        "event_need",
        "case_key",
        sqlite_where=text("type = 'ip.need.identified'"),
        postgresql_where=text("type = 'ip.need.identified'"),
    ),
    sqlite_autoincrement=True,
)
Index("event_order", event.c.xid, event.c.seq).ddl_if(dialect="postgresql")

message = Table(
    "message",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("msg_id", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("case_key", Text, nullable=True),
    Column("seq", Integer, nullable=False),
    Column("sender_key", Text, nullable=True),
    Column("receiver_key", Text, nullable=True),
    Column("sender_org", Text, nullable=True),
    Column("sender_her", Text, nullable=True),
    Column("receiver_org", Text, nullable=True),
    Column("receiver_her", Text, nullable=True),
    # Level-2 HER-id, else the address-book key: whom order of sending is kept for.
    Column("receiver_id", Text, nullable=False),
    Column("names", Text, nullable=False),
    Column("thread", Text, nullable=True),
    Column("parent", Text, nullable=True),
    Column("gen_date", BigInteger, nullable=True),
    Column("generation", Integer, nullable=False),
    Column("replaces", Text, nullable=True),
    Column("event_id", Text, nullable=True),
    Column("melde_id", Text, nullable=True),
    Column("wants_reply", SmallInteger, nullable=False),
    Column("subject", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt", BigInteger, nullable=True),
    Column("last_error", Text, nullable=True),
    Column("sent_at", BigInteger, nullable=True),
    Column("apprec", Text, nullable=True),
    Column("replaced_by", Text, nullable=True),
    # Derived from the state: when a worker may take it (null: never), who has it, whether later ones wait for it.
    Column("due", BigInteger, nullable=True),
    Column("lease_owner", Text, nullable=True),
    Column("blocks", SmallInteger, nullable=False),
    # 0 until it lies in `epj/`, or need not. Never taken back by a later change of the message.
    Column("filed", SmallInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("event_schema", Text, nullable=False),
    Column("mapping", Text, nullable=False),
    Column("code_tables", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(
        "message_received",
        "sender_her",
        "msg_id",
        unique=True,
        sqlite_where=text("direction = 'in'"),
        postgresql_where=text("direction = 'in'"),
    ),
    Index(
        "message_unfiled",
        "created_at",
        "id",
        sqlite_where=text("filed = 0"),
        postgresql_where=text("filed = 0"),
    ),
    # Also what keeps the order of sending: the messages of one case are few.
    Index("message_case", "case_key", "seq"),
    # What begins a thread is found by its own id.
    Index(
        "message_thread",
        "thread",
        sqlite_where=text("thread <> id"),
        postgresql_where=text("thread <> id"),
    ),
    Index("message_state", "state", "created_at", "id"),
    Index("message_created", "created_at", "id"),
    Index(
        "message_due",
        "due",
        "seq",
        "id",
        sqlite_where=text("due IS NOT NULL"),
        postgresql_where=text("due IS NOT NULL"),
    ),
)

deadline = Table(
    "deadline",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("subject", Text, nullable=False),
    Column("case_key", Text, nullable=True),
    Column("state", Text, nullable=False),
    # Steps of the escalation taken, and when the ticker acts next (null: never by itself).
    Column("level", SmallInteger, nullable=False),
    Column("act", BigInteger, nullable=True),
    Index(
        "deadline_act",
        "act",
        "id",
        sqlite_where=text("state IN ('open', 'breached')"),
        postgresql_where=text("state IN ('open', 'breached')"),
    ),
    Index(
        "deadline_case",
        "case_key",
        sqlite_where=text("state IN ('open', 'breached')"),
        postgresql_where=text("state IN ('open', 'breached')"),
    ),
)

audit = Table(
    "audit",
    metadata,
    _serial(),
    Column("id", Text, nullable=False),
    Column("org", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("case_key", Text, nullable=True),
    Column("body", LargeBinary, nullable=False),
    # 0 of rows from before there was an order of commits.
    Column("xid", BigInteger, nullable=False, server_default=text("0")),
    Index("audit_id", "id", unique=True),
    Index("audit_at", "at"),
    Index(
        "audit_case",
        "case_key",
        "seq",
        sqlite_where=text("case_key IS NOT NULL"),
        postgresql_where=text("case_key IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

_NOWHERE: Final[ColumnElement[int]] = literal_column("0")


def _says(words: str, *, not_: bool = False) -> ColumnElement[bool]:
    """Return whether the facts of an audit row hold these words of JSON. In a text a quote is escaped: they are no value's."""
    place = bytes_at(audit.c.body, literal_column(f"'{words}'"))
    return place == _NOWHERE if not_ else place > _NOWHERE


NAMES_PLAN: Final = _says('"CarePlan/')
"""Of an audit row: that it names a plan."""
ABOUT_PLANS: Final = or_(NAMES_PLAN, _says('"query":"CarePlan'))
"""The same, or that plans were searched for."""
NOTIFIED: Final = and_(_says('"entities":["Subscription/'), _says('"request_id"', not_=True))
"""Of an audit row: that a Subscription was acted on and nobody asked for it, which is to say, somebody was notified."""
# E60, E61 and E63 (audited.py): few rows, so that the audit of all else costs what it did.
for _name, _where in (("audit_plan", ABOUT_PLANS), ("audit_told", NOTIFIED)):
    Index(_name, audit.c.outcome, audit.c.seq, sqlite_where=_where).ddl_if(dialect="sqlite")
    Index(f"{_name}_order", audit.c.outcome, audit.c.xid, audit.c.seq, postgresql_where=_where).ddl_if(
        dialect="postgresql"
    )

feed = Table(
    "feed",
    metadata,
    _serial(),
    Column("xid", BigInteger, nullable=False),
    Column("org", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("state", Text, nullable=True),
    # Of a resource: 1 where it was created, more where it was changed.
    Column("version", Integer, nullable=True),
    sqlite_autoincrement=True,
)
Index("feed_order", feed.c.xid, feed.c.seq).ddl_if(dialect="postgresql")
STOPPED: Final[ColumnElement[bool]] = literal_column("feed.type = 'Subscription' AND feed.state = 'error'")
"""Of a row of the feed: that a Subscription stopped by itself (E63)."""
_OF_ONE: Final = text("type = 'Subscription'")
Index("feed_stopped", feed.c.state, feed.c.seq, sqlite_where=_OF_ONE).ddl_if(dialect="sqlite")
Index("feed_stopped_order", feed.c.state, feed.c.xid, feed.c.seq, postgresql_where=_OF_ONE).ddl_if(
    dialect="postgresql"
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    # Name of the client of another organisation whose it is; empty: the installation's own.
    Column("client", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("filters", Text, nullable=False),
    # Never shown: what the receiver asks for, and what notifications are signed with.
    Column("headers", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("heartbeat", Integer, nullable=True),
    Column("timeout", Integer, nullable=False),
    Column("max_count", Integer, nullable=False),
    Column("ends", BigInteger, nullable=True),
    # How far the feed is read, how many events were found, how many of them are told; the last of those on their way.
    Column("cursor", Text, nullable=False),
    # What was committed when it began (feed.begun); empty: all before the cursor.
    Column("since", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("told", BigInteger, nullable=False),
    Column("upto", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text, nullable=True),
    Column("beat", BigInteger, nullable=True),
    # When a worker may look at it (null: never), and until when one has it.
    Column("due", BigInteger, nullable=True),
    Column("lease_owner", Text, nullable=True),
    Column("lease_until", BigInteger, nullable=True),
    Column("created", BigInteger, nullable=False),
    Index("subscription_client", "client"),
    Index(
        "subscription_due",
        "due",
        sqlite_where=text("due IS NOT NULL"),
        postgresql_where=text("due IS NOT NULL"),
    ),
)

subscription_event = Table(
    "subscription_event",
    metadata,
    Column("subscription", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("type", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("version", Integer, nullable=True),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
