"""Which device a known computer registered, so that ending the device ends its sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sources", sa.Column("device", sa.LargeBinary(), nullable=True))
