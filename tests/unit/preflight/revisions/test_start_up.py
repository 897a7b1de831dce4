"""Whether the application's start would bring migrations back, and what is no start of it."""

from __future__ import annotations

import json

import pytest

from tasks.preflight.revisions import start_up
from tests.unit.support.deployment import HEAD
from tests.unit.support.scripted import Scripted

JOB = {"image": "shop:1", "command": ["bash", "scripts/prestart.sh"], "restart": "no"}
APP = {"image": "shop:1", "command": "uvicorn app:app"}
COMPOSE = "docker-compose.yml:      command: alembic upgrade head\n"
SCRIPT = "scripts/prestart.sh:alembic upgrade head\n"


def upgrade(services: dict[str, object] | None, *lines: str) -> str | None:
    """What is found in a commit with these services, and these lines that count."""
    model = json.dumps({"services": services}) if services else "services: {}"
    answers = {"0 config": model, "0 naming": "app -", "1": "".join(f"{HEAD}:{line}" for line in lines)}
    return start_up.upgrade(Scripted().replies(lambda name: answers[name]), HEAD)


def test_what_only_a_job_runs_is_no_start():
    assert upgrade({"app": APP, "migrations": {**JOB, "command": "alembic upgrade head"}}, COMPOSE) is None
    waits = {**APP, "depends_on": {"migrations": {"condition": "service_completed_successfully"}}}
    assert upgrade({"app": waits, "migrations": {"image": "shop:1", "command": "alembic upgrade head"}}) is None
    assert upgrade({"app": APP, "prestart": JOB}, SCRIPT) is None


@pytest.mark.parametrize(
    ("services", "lines"),
    [
        ({"app": {**APP, "command": ["sh", "-c", "alembic upgrade head && app"]}}, []),
        ({"app": {**APP, "entrypoint": ["alembic", "upgrade", "head"]}, "prestart": JOB}, [COMPOSE]),
        ({"app": APP}, [SCRIPT]),
        ({"app": {**APP, "command": "scripts/prestart.sh"}, "prestart": JOB}, [SCRIPT]),
        ({"app": APP, "prestart": JOB}, [SCRIPT, "Dockerfile:COPY scripts/prestart.sh /app/prestart.sh\n"]),
        ({"app": APP}, ['docker/Dockerfile:CMD ["alembic", "upgrade", "head"]\n']),
        (None, [COMPOSE]),
    ],
)
def test_what_a_service_runs_or_may_run_is_one(services, lines):
    assert (upgrade(services, *lines) or "").startswith("alembic upgrade")
