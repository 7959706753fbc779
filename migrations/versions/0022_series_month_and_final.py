"""A fixed item knows the month of each meeting; evidence that became final stays so."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def upgrade() -> None:
    op.add_column("meeting", sa.Column("series_month", sa.Date(), nullable=True))
    op.add_column(
        "attendance", sa.Column("final", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    meeting = sa.table(
        "meeting",
        sa.column("id"),
        sa.column("series_id"),
        sa.column("starts_at", sa.DateTime(timezone=True)),
        sa.column("series_month", sa.Date()),
    )
    connection = op.get_bind()
    query = sa.select(meeting.c.id, meeting.c.starts_at).where(meeting.c.series_id.is_not(None))
    for row in connection.execute(query).all():
        starts_at = row.starts_at
        if starts_at.tzinfo is None:  # SQLite keeps UTC without saying so
            starts_at = starts_at.replace(tzinfo=dt.UTC)
        month = starts_at.astimezone(AMSTERDAM).date().replace(day=1)
        connection.execute(
            sa.update(meeting).where(meeting.c.id == row.id).values(series_month=month)
        )


def downgrade() -> None:
    op.drop_column("attendance", "final")
    op.drop_column("meeting", "series_month")
