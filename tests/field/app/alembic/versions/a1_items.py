"""Items."""

import sqlalchemy as sa
from alembic import op

revision = "a1f0c3d2e4b5"
down_revision = None


def upgrade():
    op.create_table("items", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text, nullable=False))
    op.execute("INSERT INTO items (name) SELECT 'item ' || n FROM generate_series(1, 50) AS n")


def downgrade():
    op.drop_table("items")
