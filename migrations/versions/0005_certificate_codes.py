"""Every proof knows how its content was called, and the code of its certificate."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def upgrade() -> None:
    with op.batch_alter_table("evidence") as batch_op:
        batch_op.add_column(
            sa.Column("title", sa.String(length=200), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("code", sa.String(length=12), nullable=True))
    _give_codes(op.get_bind())
    with op.batch_alter_table("evidence") as batch_op:
        batch_op.alter_column("title", server_default=None)
        batch_op.create_unique_constraint(batch_op.f("uq_evidence_code"), ["code"])


def _give_codes(connection: sa.Connection) -> None:
    """What was recorded before gets a code too, so that a certificate can be made of it."""
    table = sa.table(
        "evidence",
        sa.column("municipality_id", sa.Uuid()),
        sa.column("id", sa.Uuid()),
        sa.column("code", sa.String()),
    )
    keys = connection.execute(sa.select(table.c.municipality_id, table.c.id)).all()
    if not keys:
        return
    connection.execute(
        sa.update(table)
        .where(
            table.c.municipality_id == sa.bindparam("of_municipality"),
            table.c.id == sa.bindparam("of_id"),
        )
        .values(code=sa.bindparam("given")),
        [
            {
                "of_municipality": municipality_id,
                "of_id": proof_id,
                "given": "".join(secrets.choice(SIGNS) for _ in range(12)),
            }
            for municipality_id, proof_id in keys
        ],
    )


def downgrade() -> None:
    with op.batch_alter_table("evidence") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_evidence_code"), type_="unique")
        batch_op.drop_column("code")
        batch_op.drop_column("title")
