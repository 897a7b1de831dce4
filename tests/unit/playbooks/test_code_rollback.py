"""Which commit the code may go back to alone, and which services go with it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tasks.console.errors import Refused
from tasks.playbooks import code_rollback
from tasks.preflight import commit_choice as choice
from tasks.preflight import rollback as look
from tasks.tools.alembic.schema_change import SchemaChange
from tasks.tools.compose.compose import Built
from tasks.tools.compose.images import Target
from tasks.tools.compose.project import Project
from tasks.tools.git.commits import Commit
from tests.unit.support.deployment import GOOD, HEAD, environment, state

FILES = Project(
    name="app",
    services={"api": {"build": "."}, "worker": {"build": "."}, "web": {"build": "./web"}, "db": {"image": "postgres"}},
    built=[Built(name, f"app_{name}:latest") for name in ("api", "web", "worker")],
)
COMMIT = Commit(sha=GOOD, short=GOOD[:7], date="", author="", subject="good")


@pytest.fixture
def plan(monkeypatch):
    """Return the plan for a target that needs the schema as it is, or another one."""

    def made(schema: SchemaChange | None = None, **options):
        wanted = Target("app", "", FILES.lasting, list(FILES.built), [], FILES)
        sight = look.Sight(state(), COMMIT, wanted, ["api", "web", "worker"], schema=schema)
        monkeypatch.setattr(look, "look", lambda *_, **__: sight)
        monkeypatch.setattr(choice, "required", lambda _, commit: commit)
        c = SimpleNamespace(environment=environment(), address="u@h:22")
        return code_rollback.code_rollback.body.__wrapped__(c, commit=GOOD, **options)

    return made


def test_everything_that_is_built_goes_back_and_the_database_stays_up(plan):
    made = plan(SchemaChange(["two"], ["two"]))
    assert [step.name for step in made.steps] == ["keep", "prepare", "stop", "checkout", "start"]
    assert made.steps[2].title == "Stop api, web, worker"
    assert made.expect.commit == GOOD
    assert made.expect.revision == ["two"]
    assert made.expect.images == {name: f"app_{name}:{GOOD}" for name in ("api", "web", "worker")}
    assert made.expect.services == ["api", "worker", "web", "db"]
    assert made.expect.healthy
    assert made.before["commit"] == HEAD


def test_one_service_takes_along_what_is_built_like_it(plan):
    made = plan(service="backend")
    assert made.steps[2].title == "Stop api, worker"
    assert made.expect.images.keys() == {"api", "worker"}
    assert "--no-deps api worker" in made.steps[4].script
    assert "only api, worker start anew" in made.facts


@pytest.mark.parametrize(("name", "why"), [("db", "its image is not built here"), ("apo", "did you mean 'api'")])
def test_a_service_that_no_commit_changes_is_refused(plan, name, why):
    with pytest.raises(Refused, match=why):
        plan(service=name)


def test_a_target_that_needs_another_schema_names_the_playbooks_that_reach_it(plan):
    with pytest.raises(Refused) as refused:
        plan(SchemaChange(["two"], ["one"], moves=[object()]))
    message = str(refused.value.message)
    assert f"fab full-rollback --commit {GOOD[:7]}" in message
    assert "fab migration-rollback --revision one" in message
    assert "needs the database at one; it is at two" in message
