"""What an examination reads out of the host's answers, however little there is."""

from __future__ import annotations

from tasks.preflight import examine
from tasks.preflight.examine import Origin
from tasks.ssh.shell import NOT_REACHED, Answer
from tests.unit.support.deployment import GOOD, HEAD, NOW, container, environment, examined, state


def test_a_host_that_answers_nothing_is_read_without_an_error():
    names = examine.questions(environment())
    found = examine.read(environment(), dict.fromkeys(names, NOT_REACHED))
    assert found.services == []
    assert found.heads is None
    assert "engine" in found.seen.problems


def test_a_container_tells_what_it_was_made_of():
    line = f"/c_api 2023-11-14T22:13:20.5Z .hash .{GOOD} sha256:1 app_api:latest,app_api:{HEAD}"
    found = examine.parse_origins(line + "\n/c_db 2023-11-14T22:13:20Z . . sha256:2 postgres:15\n")
    assert found["c_api"] == Origin(NOW, "hash", GOOD, "sha256:1", ["app_api:latest", f"app_api:{HEAD}"])
    assert found["c_api"].of(HEAD)
    assert found["c_api"].of("c" * 40) is False
    assert found["c_db"].of(HEAD) is None


def test_files_changed_after_a_container_was_made_are_named_with_it():
    found = examined(files=examine.parse_files(f"{NOW - 10:.0f} .env\n{NOW - 9999:.0f} docker compose.yml\n"))
    assert found.newer_files() == {".env": ["c_api", "c_db"]}


def test_errors_of_the_database_count_since_the_newest_application_started():
    api = container("api", started="2023-11-14T22:13:00Z")
    found = examined(state(api, container("db")), noise=[examine.Noise("c_db", [NOW - 100, NOW], "boom")])
    assert [n.times for n in found.errors] == [[NOW]]


def test_unreadable_migrations_are_a_problem_and_no_error():
    names = examine.questions(environment())
    answers = {**dict.fromkeys(names, NOT_REACHED), "heads": Answer("half an answ", "gzip: broken pipe", 1)}
    assert examine.read(environment(), answers).heads_problem == "gzip: broken pipe"


def test_without_alembic_nothing_asks_for_heads():
    plain = environment(database={"name": "d", "user": "u"})
    assert "heads" not in examine.questions(plain)
    assert "revision" not in examine.questions(environment(database=None))
