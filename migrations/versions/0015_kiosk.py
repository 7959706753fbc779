"""People without a mailbox sign in at a shared computer with a card and a code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import training.db

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kiosk_key",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("card_hash", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=200), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("made_at", training.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_kiosk_key_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_kiosk_key")),
        sa.UniqueConstraint("card_hash", name=op.f("uq_kiosk_key_card_hash")),
    )


def downgrade() -> None:
    op.drop_table("kiosk_key")
