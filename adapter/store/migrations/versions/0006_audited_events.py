"""Audit rows in the order of commits; indexes of those that are events (E60, E61, E63)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_AT = {"sqlite": "instr(body, '{}')", "postgresql": "position(CAST('{}' AS BYTEA) IN body)"}
_ORDER = {"sqlite": ("", ("seq",)), "postgresql": ("_order", ("xid", "seq"))}
_PLAN = """{plan} > 0 OR {searched} > 0"""
_TOLD = """{notified} > 0 AND {asked} = 0"""
_STOPPED = "type = 'Subscription'"
_WORDS = {
    "plan": '"CarePlan/',
    "searched": '"query":"CarePlan',
    "notified": '"entities":["Subscription/',
    "asked": '"request_id"',
}
_INDEXES = (
    ("audit_plan", "audit", "outcome", _PLAN),
    ("audit_told", "audit", "outcome", _TOLD),
    ("feed_stopped", "feed", "state", _STOPPED),
)


def upgrade() -> None:
    """Add column and indexes: what is there stands first, in the order it was written."""
    dialect = op.get_bind().dialect.name
    end, order = _ORDER[dialect]
    places = {name: _AT[dialect].format(words) for name, words in _WORDS.items()}
    op.add_column("audit", sa.Column("xid", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    for name, table, first, where in _INDEXES:
        columns = ", ".join((first, *order))
        op.get_bind().exec_driver_sql(
            f"CREATE INDEX {name}{end} ON {table} ({columns}) WHERE {where.format(**places)}"
        )


def downgrade() -> None:
    """Remove them."""
    end, _ = _ORDER[op.get_bind().dialect.name]
    for name, table, _columns, _where in _INDEXES:
        op.drop_index(f"{name}{end}", table)
    op.drop_column("audit", "xid")
