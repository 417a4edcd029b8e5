"""The first schema: people, what comes in and goes out, conversations, questions, tickets."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage.tables import Id, Utc

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("bot", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("lane", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at", Utc(), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.Column("handled_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("channel", "bot", "key", name=op.f("uq_inbox_channel_bot_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_state_lane_id", "inbox", ["state", "lane", "id"], unique=False)
    op.create_table(
        "marks",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_marks")),
    )
    op.create_table(
        "people",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("commune", sa.String(length=40), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("erased_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "web_lines",
        sa.Column("id", Id, nullable=False),
        sa.Column("chat", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("mine", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_lines")),
        sa.UniqueConstraint("chat", "key", name=op.f("uq_web_lines_chat_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_web_lines_chat_id", "web_lines", ["chat", "id"], unique=False)
    op.create_table(
        "identities",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("user", sa.String(length=120), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_identities_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("channel", "user", name=op.f("uq_identities_channel_user")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_identities_person_id"), "identities", ["person_id"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("id", Id, nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("spent_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_invitations_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_invitations_secret_hash")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "roles",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("suspended_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_roles_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
        sa.UniqueConstraint("person_id", "role", "unit", name=op.f("uq_roles_person_id_role_unit")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_roles_person_id"), "roles", ["person_id"], unique=False)
    op.create_table(
        "questions",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("identity_id", Id, nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("chat", sa.String(length=120), nullable=False),
        sa.Column("thread", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("offered", sa.JSON(), nullable=False),
        sa.Column("entry", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("ticket_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_questions_identity_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_questions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_questions_identity_id_at", "questions", ["identity_id", "at"], unique=False)
    op.create_index(op.f("ix_questions_person_id"), "questions", ["person_id"], unique=False)
    op.create_table(
        "tickets",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("identity_id", Id, nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("chat", sa.String(length=120), nullable=False),
        sa.Column("thread", sa.String(length=60), nullable=False),
        sa.Column("question_id", Id, nullable=True),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("mentor_id", Id, nullable=True),
        sa.Column("deadline", Utc(), nullable=True),
        sa.Column("opened_at", Utc(), nullable=False),
        sa.Column("changed_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_tickets_identity_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["mentor_id"], ["people.id"], name=op.f("fk_tickets_mentor_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_tickets_person_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_tickets_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("question_id", name=op.f("uq_tickets_question_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_tickets_mentor_id"), "tickets", ["mentor_id"], unique=False)
    op.create_index(op.f("ix_tickets_person_id"), "tickets", ["person_id"], unique=False)
    op.create_index("ix_tickets_unit_state", "tickets", ["unit", "state"], unique=False)
    op.create_table(
        "conversations",
        sa.Column("id", Id, nullable=False),
        sa.Column("identity_id", Id, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("chat", sa.String(length=120), nullable=False),
        sa.Column("thread", sa.String(length=60), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("topic_at", Utc(), nullable=True),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("choices_at", Utc(), nullable=True),
        sa.Column("ticket_id", Id, nullable=True),
        sa.Column("mentor_at", Utc(), nullable=True),
        sa.Column("held", sa.JSON(), nullable=False),
        sa.Column("slowed_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_conversations_identity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_conversations_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint(
            "identity_id", "channel", "chat", "thread", name=op.f("uq_conversations_identity_id_channel_chat_thread")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "posts",
        sa.Column("id", Id, nullable=False),
        sa.Column("ticket_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("author_id", Id, nullable=True),
        sa.Column("identity_id", Id, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_posts_author_id")),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_posts_identity_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_posts_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_posts_ticket_id"), "posts", ["ticket_id"], unique=False)
    op.create_table(
        "steps",
        sa.Column("id", Id, nullable=False),
        sa.Column("ticket_id", Id, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("actor_id", Id, nullable=True),
        sa.Column("was", sa.String(length=10), nullable=False),
        sa.Column("became", sa.String(length=10), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("deadline", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name=op.f("fk_steps_actor_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_steps_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steps")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_steps_ticket_id"), "steps", ["ticket_id"], unique=False)
    op.create_table(
        "attachments",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("chat", sa.String(length=120), nullable=False),
        sa.Column("thread", sa.String(length=60), nullable=False),
        sa.Column("reference", sa.String(length=300), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("post_id", Id, nullable=True),
        sa.Column("created_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_attachments_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_attachments_post_id"), "attachments", ["post_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", Id, nullable=False),
        sa.Column("lane", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("chat", sa.String(length=120), nullable=False),
        sa.Column("thread", sa.String(length=60), nullable=False),
        sa.Column("reply", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("not_before", Utc(), nullable=True),
        sa.Column("expires_at", Utc(), nullable=True),
        sa.Column("reply_to", sa.String(length=160), nullable=False),
        sa.Column("edits_id", Id, nullable=True),
        sa.Column("attachment_id", Id, nullable=True),
        sa.Column("post_id", Id, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", Utc(), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("finished_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachments.id"], name=op.f("fk_outbox_attachment_id")),
        sa.ForeignKeyConstraint(["edits_id"], ["outbox.id"], name=op.f("fk_outbox_edits_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_outbox_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_outbox_post_id"), "outbox", ["post_id"], unique=False)
    op.create_index("ix_outbox_state_lane_id", "outbox", ["state", "lane", "id"], unique=False)
    op.create_table(
        "outbox_parts",
        sa.Column("id", Id, nullable=False),
        sa.Column("outbox_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.String(length=160), nullable=False),
        sa.Column("sent_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_outbox_parts_outbox_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_parts")),
        sa.UniqueConstraint("outbox_id", "number", name=op.f("uq_outbox_parts_outbox_id_number")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("outbox_parts")
    op.drop_index("ix_outbox_state_lane_id", table_name="outbox")
    op.drop_index(op.f("ix_outbox_post_id"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_index(op.f("ix_attachments_post_id"), table_name="attachments")
    op.drop_table("attachments")
    op.drop_index(op.f("ix_steps_ticket_id"), table_name="steps")
    op.drop_table("steps")
    op.drop_index(op.f("ix_posts_ticket_id"), table_name="posts")
    op.drop_table("posts")
    op.drop_table("conversations")
    op.drop_index("ix_tickets_unit_state", table_name="tickets")
    op.drop_index(op.f("ix_tickets_person_id"), table_name="tickets")
    op.drop_index(op.f("ix_tickets_mentor_id"), table_name="tickets")
    op.drop_table("tickets")
    op.drop_index(op.f("ix_questions_person_id"), table_name="questions")
    op.drop_index("ix_questions_identity_id_at", table_name="questions")
    op.drop_table("questions")
    op.drop_index(op.f("ix_roles_person_id"), table_name="roles")
    op.drop_table("roles")
    op.drop_table("invitations")
    op.drop_index(op.f("ix_identities_person_id"), table_name="identities")
    op.drop_table("identities")
    op.drop_index("ix_web_lines_chat_id", table_name="web_lines")
    op.drop_table("web_lines")
    op.drop_table("people")
    op.drop_table("marks")
    op.drop_index("ix_inbox_state_lane_id", table_name="inbox")
    op.drop_table("inbox")
