"""The order of what was written, for system history: one row a transaction; of what is there, one row a version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and fill it with what is there, in the order of its instants."""
    op.create_table(
        "change",
        sa.Column("seq", _Serial, autoincrement=True, nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("org", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("versions", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO change (xid, org, at, versions) "
        "SELECT 0, org, updated, :feed || type || '/' || id || '/' || version || :feed FROM ("
        "SELECT org, updated, type, id, version FROM resource "
        "UNION ALL SELECT org, updated, type, id, version FROM resource_history"
        ") AS every ORDER BY updated, version, type, id".replace(":feed", _FEED[op.get_bind().dialect.name])
    )
    op.create_index("change_at", "change", ["at"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("change_order", "change", ["xid", "seq"], unique=False)


_FEED = {"sqlite": "char(10)", "postgresql": "chr(10)"}


def downgrade() -> None:
    """Remove it."""
    op.drop_table("change")
