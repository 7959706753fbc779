"""A council has terms; its members a faction, and somebody whose seat they fill for a while."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "council_term",
        sa.Column("municipality_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["unit.id"], name=op.f("fk_council_term_municipality_id")
        ),
        sa.PrimaryKeyConstraint("municipality_id", "from_on", name=op.f("pk_council_term")),
    )
    # Without a batch: SQLite then keeps the table, and the rows that point at it.
    op.add_column(
        "position",
        sa.Column("faction", sa.String(length=80), nullable=False, server_default=""),
    )
    op.add_column("position", sa.Column("replaces_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("position", "replaces_id")
    op.drop_column("position", "faction")
    op.drop_table("council_term")
