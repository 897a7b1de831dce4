"""Migrations as text and as graphs."""

from __future__ import annotations

from tasks.tools.alembic import migrations
from tasks.tools.alembic.migrations import Downgrade
from tasks.tools.alembic.revisions import Graph, Revision

HEAD = "from alembic import op\nimport sqlalchemy as sa\n\n\ndef upgrade():\n    op.add_column()\n"


def classified(*lines: str, head: str = HEAD) -> Downgrade:
    body = "".join(f"    {line}\n" for line in lines)
    return migrations.classify(f"{head}\n\ndef downgrade():\n{body}")


def destroyed(*lines: str) -> list[tuple[str, str, str]]:
    return [(f.schema, f.table, f.column) for f in classified(*lines).destroyed]


def line(*names: str) -> Graph:
    return Graph.of(
        Revision(name, (before,) if before else (), title=f"Title of {name}")
        for before, name in zip((None, *names), names, strict=False)
    )


FORK = Graph.of(
    [
        Revision("base1"),
        Revision("left1", ("base1",)),
        Revision("right1", ("base1",)),
        Revision("right2", ("right1",)),
        Revision("other1"),
    ]
)
