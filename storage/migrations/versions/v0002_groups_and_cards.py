"""Groups and threads; what a message answers, whom it is for, and which ticket it shows; media beside photos."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage.tables import Id, Utc

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "groups",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("chat", sa.String(length=120), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("reads_all", sa.Boolean(), nullable=False),
        sa.Column("spoke_at", Utc(), nullable=True),
        sa.Column("added_at", Utc(), nullable=False),
        sa.Column("removed_at", Utc(), nullable=True),
        sa.Column("moved_to", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("channel", "chat", name=op.f("uq_groups_channel_chat")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "threads",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("chat", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("platform_id", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=128), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threads")),
        sa.UniqueConstraint("channel", "chat", "key", name=op.f("uq_threads_channel_chat_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_threads_platform_id", "threads", ["platform_id"], unique=False)
    op.create_index("ix_outbox_parts_platform_id", "outbox_parts", ["platform_id"], unique=False)
    for table, column in (
        ("outbox", sa.Column("audience", sa.String(length=120), nullable=False, server_default=sa.text("''"))),
        ("outbox", sa.Column("ticket_id", Id, nullable=True)),
        ("outbox", sa.Column("question_id", Id, nullable=True)),
        ("questions", sa.Column("message", sa.String(length=160), nullable=False, server_default=sa.text("''"))),
        ("posts", sa.Column("message", sa.String(length=160), nullable=False, server_default=sa.text("''"))),
        ("attachments", sa.Column("kind", sa.String(length=12), nullable=False, server_default="photo")),
        ("attachments", sa.Column("name", sa.String(length=120), nullable=False, server_default=sa.text("''"))),
    ):
        op.add_column(table, column)
    op.create_index(op.f("ix_outbox_ticket_id"), "outbox", ["ticket_id"], unique=False)
    op.create_index(op.f("ix_outbox_question_id"), "outbox", ["question_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_outbox_question_id"), table_name="outbox")
    op.drop_index(op.f("ix_outbox_ticket_id"), table_name="outbox")
    for table, column in (
        ("attachments", "name"),
        ("attachments", "kind"),
        ("posts", "message"),
        ("questions", "message"),
        ("outbox", "question_id"),
        ("outbox", "ticket_id"),
        ("outbox", "audience"),
    ):
        op.drop_column(table, column)
    op.drop_index("ix_outbox_parts_platform_id", table_name="outbox_parts")
    op.drop_index("ix_threads_platform_id", table_name="threads")
    op.drop_table("threads")
    op.drop_table("groups")
