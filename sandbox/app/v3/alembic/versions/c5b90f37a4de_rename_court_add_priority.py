"""rename court, add a priority

Revision ID: c5b90f37a4de
Revises: 8d24e6b5c073
Create Date: 2024-04-02 16:55:00
"""

import sqlalchemy as sa
from alembic import op

revision = "c5b90f37a4de"
down_revision = "8d24e6b5c073"
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column("cases", "court", new_column_name="court_name")
    op.add_column("cases", sa.Column("priority", sa.Integer, nullable=False, server_default="3"))
    op.execute("UPDATE cases SET priority = id % 5 + 1")


def downgrade():
    op.drop_column("cases", "priority")
    op.alter_column("cases", "court_name", new_column_name="court")
