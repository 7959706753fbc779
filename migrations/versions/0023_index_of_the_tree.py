"""What is below a unit is found in one index, however many units there are."""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_unit_parent_id", "unit")
    op.create_index("ix_unit_parent", "unit", ["parent_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_unit_parent", "unit")
    op.create_index("ix_unit_parent_id", "unit", ["parent_id"])
