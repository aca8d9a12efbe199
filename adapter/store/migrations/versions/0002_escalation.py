"""Deadlines that have passed go on until what they wait for comes: level of escalation, and when to act next."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OLD = "id, org, kind, due, subject, case_key, state"


def upgrade() -> None:
    """Make the table anew with its rows; a release that has happened is met, not late."""
    _set_aside()
    op.create_table(
        "deadline",
        *_columns(),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("act", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(
        f"INSERT INTO deadline ({_OLD}, level, act) SELECT id, org, kind, due, subject, case_key, "  # noqa: S608 (our own names)
        "CASE WHEN kind = 'release' AND state = 'breached' THEN 'met' ELSE state END, "
        "CASE WHEN state = 'breached' THEN 1 ELSE 0 END, CASE WHEN state = 'open' THEN due END FROM deadline_old"
    )
    op.drop_table("deadline_old")
    _index("deadline_act", ["act", "id"], "state IN ('open', 'breached')")
    _index("deadline_case", ["case_key"], "state IN ('open', 'breached')")


def downgrade() -> None:
    """Make it as it was."""
    _set_aside()
    op.create_table("deadline", *_columns(), sa.PrimaryKeyConstraint("id"))
    op.execute(f"INSERT INTO deadline ({_OLD}) SELECT {_OLD} FROM deadline_old")  # noqa: S608 (our own names)
    op.drop_table("deadline_old")
    _index("deadline_case", ["case_key"], "state = 'open'")
    _index("deadline_due", ["due", "id"], "state = 'open'")


def _set_aside() -> None:
    # Both engines can do this in one way; SQLite cannot add a column before a constraint.
    op.execute("CREATE TABLE deadline_old AS SELECT * FROM deadline")
    op.drop_table("deadline")


def _columns() -> tuple[sa.Column[str] | sa.Column[int], ...]:
    return (
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("org", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("case_key", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
    )


def _index(name: str, columns: list[str], where: str) -> None:
    op.create_index(
        name, "deadline", columns, unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )
