"""Edits of a message are found at once; what a question is likely about."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(op.f("ix_outbox_edits_id"), "outbox", ["edits_id"], unique=False)
    op.add_column("questions", sa.Column("topic", sa.String(length=40), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    op.drop_column("questions", "topic")
    op.drop_index(op.f("ix_outbox_edits_id"), table_name="outbox")
