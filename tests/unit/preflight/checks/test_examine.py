"""What an examination reads out of the host's answers, however little there is."""

from __future__ import annotations

from tasks.preflight.checks import examine
from tasks.preflight.checks.errorlog import Noise
from tasks.ssh.shell import NOT_REACHED, Answer
from tests.unit.support.deployment import NOW, container, environment, examined, graph, state


def read(**answers: Answer) -> examine.Examined:
    """What a host's answers say; those that are not given were not reached."""
    probe = examine.probe(environment())
    return probe.read({**dict.fromkeys(probe.commands, NOT_REACHED), **answers})


def test_a_host_that_answers_nothing_is_read_without_an_error():
    found = read()
    assert found.services == []
    assert found.heads is None
    assert "engine" in found.seen.problems


def test_all_is_asked_at_once_what_other_runs_do_before_all_else():
    assert examine.probe(environment()).early() == {"seen activity"}


def test_errors_of_the_database_count_since_the_newest_application_started():
    api = container("api", started="2023-11-14T22:13:00Z")
    found = examined(state(api, container("db")), noise=[Noise("c_db", [NOW - 100, NOW], "boom")])
    assert [n.times for n in found.errors] == [[NOW]]


def test_errors_of_a_container_that_starts_again_and_again_are_those_of_all_its_starts():
    api = container("api", started="2023-11-14T22:13:00Z", restarts=13)
    found = examined(state(api), noise=[Noise("c_api", [NOW - 100, NOW], "boom")])
    assert [n.times for n in found.errors] == [[NOW - 100, NOW]]


def test_the_database_fits_where_it_is_at_the_heads_of_head():
    assert examined().fits
    assert not examined(state(revision=["one"])).fits
    assert not examined(state(revision=None)).fits
    assert not examined(graph=None).fits
    assert examined(state(revision=["one", "two"])).fits, "a row that its head implies says nothing new"
    assert examined(graph=graph("one", "two", "three")).heads == ["three"]


def test_unreadable_migrations_are_a_problem_and_no_error():
    assert read(graphs=Answer("half an answ", "gzip: broken pipe", 1)).heads_problem == "gzip: broken pipe"


def test_the_clock_and_the_checkout_are_the_hosts():
    found = read(now=Answer("1700000000\n", "", 0), moved=Answer("1699999999\n", "", 0))
    assert (found.now, found.moved) == (NOW, NOW - 1)


def test_without_alembic_nothing_asks_for_heads():
    plain = environment(database={"name": "d", "user": "u"})
    assert "graphs" not in examine.probe(plain).commands
    assert "seen revision" not in examine.probe(environment(database=None)).commands


def test_a_job_that_has_ended_well_need_not_run():
    found = examined(finished={"db"})
    assert found.services == ["api"]
