"""Each sign-in looks for the account's oldest sessions: without a walk through everybody's."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_sessions_account", "sessions", ["account", "expires"])
