"""Prices."""

import sqlalchemy as sa
from alembic import op

revision = "b2f1d4e3a5c6"
down_revision = "a1f0c3d2e4b5"


def upgrade():
    op.add_column("items", sa.Column("price", sa.Integer))


def downgrade():
    op.drop_column("items", "price")
