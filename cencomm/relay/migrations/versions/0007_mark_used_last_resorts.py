"""A key package of last resort that a Commit consumed is known as used, so that its owner replaces it (C8)."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # As text: SQLite adds a constraint only together with its column, which Alembic has no words for.
    checked = "CONSTRAINT ck_key_packages_used CHECK (used in (0, 1))"
    op.execute(sa.text(f"ALTER TABLE key_packages ADD COLUMN used INTEGER DEFAULT 0 NOT NULL {checked}"))
