"""Alembic: the graph of migrations, what they do, and running them."""
