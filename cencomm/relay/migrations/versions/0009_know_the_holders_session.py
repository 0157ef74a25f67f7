"""A mailbox that is taken over ends the session of whoever held it (D4)."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mailboxes", sa.Column("session", sa.LargeBinary(), nullable=True))
