"""create cases

Revision ID: 3f1c7a90be21
Revises:
Create Date: 2024-03-04 09:12:00
"""

import sqlalchemy as sa
from alembic import op

revision = "3f1c7a90be21"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", sa.Text, nullable=False, unique=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("opened_on", sa.Date, nullable=False),
    )


def downgrade():
    op.drop_table("cases")
