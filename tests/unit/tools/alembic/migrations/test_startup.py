"""What starts a container may also migrate its database."""

from __future__ import annotations

import pytest

from tasks.tools.alembic import migrations


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("alembic upgrade head && uvicorn app:app", "alembic upgrade head"),
        ('CMD ["alembic", "-c", "db/alembic.ini", "upgrade", "head"]', None),
        ("command:\n  - alembic\n  - upgrade\n  - head\n", "alembic upgrade"),
        ("sh -c 'python -m alembic --raiseerr -x a=b upgrade heads; exec app'", None),
        ("#!/bin/sh\nset -e\n/opt/venv/bin/alembic upgrade head\nexec app", "alembic upgrade head"),
        ("flask db upgrade", "flask db upgrade"),
        ("python manage.py db upgrade", "python manage.py db upgrade"),
        ("    command.upgrade(config, 'head')\n", "command.upgrade(config, 'head')"),
        ("alembic.command.upgrade(config, 'head')", "alembic.command.upgrade(config, 'head')"),
    ],
)
def test_a_start_that_migrates_is_seen(text, found):
    seen = migrations.starts_upgrade(["uvicorn app:app", text])
    assert seen is not None
    assert found is None or seen == found


@pytest.mark.parametrize(
    "text",
    [
        "uvicorn app:app",
        "# alembic upgrade head\nuvicorn app:app",
        "alembic current; pip install --upgrade x",
        "RUN pip install alembic\nRUN apt-get upgrade -y",
        "alembic downgrade -1",
        "depends_on: [db]\ncommand: upgrade",
        "my-alembic upgrade",
    ],
)
def test_a_start_that_does_not_migrate_is_not_accused(text):
    assert migrations.starts_upgrade([text]) is None
