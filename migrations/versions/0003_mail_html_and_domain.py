"""The HTML of a mail that came from Markdown, and the domain that it goes to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outbox_message") as batch_op:
        batch_op.add_column(sa.Column("html", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("domain", sa.String(length=254), server_default="", nullable=False)
        )
    # what waits keeps going: its domain is the part after the @
    outbox = sa.table("outbox_message", sa.column("to_address"), sa.column("domain"))
    address = sa.func.lower(outbox.c.to_address)
    at = "strpos" if op.get_bind().dialect.name == "postgresql" else "instr"
    place = getattr(sa.func, at)(address, "@")
    op.execute(sa.update(outbox).values(domain=sa.func.substr(address, place + 1)))


def downgrade() -> None:
    with op.batch_alter_table("outbox_message") as batch_op:
        batch_op.drop_column("domain")
        batch_op.drop_column("html")
