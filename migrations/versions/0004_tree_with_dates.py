"""The tree remembers where a unit stood before, and into which unit it was merged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_past",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_past_parent_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_past_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "from_on", name=op.f("pk_unit_past")),
    )
    with op.batch_alter_table("unit_past", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_past_parent_id"), ["parent_id"], unique=False)
    op.create_table(
        "unit_merge",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("merged_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["into_id"], ["unit.id"], name=op.f("fk_unit_merge_into_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_merge_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_merge")),
    )
    with op.batch_alter_table("unit_merge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_merge_into_id"), ["into_id"], unique=False)


def downgrade() -> None:
    op.drop_table("unit_merge")
    op.drop_table("unit_past")
