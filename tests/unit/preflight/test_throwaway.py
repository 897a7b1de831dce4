"""A drill beside, as its script tells of it; what cannot be tried is not run."""

from __future__ import annotations

from dataclasses import replace
from unittest import mock

import pytest
from msgspec import structs

from tasks.config.settings import Address
from tasks.console.errors import ConnectionLost, Refused
from tasks.preflight import restore, rollback, throwaway
from tasks.preflight.practice import Aim
from tasks.ssh.shell import Answer
from tests.unit.support import reports
from tests.unit.support.deployment import GOOD, environment, state
from tests.unit.support.discovered import member
from tests.unit.support.reports import DOWN, FILES, MOVES, STAYS, WANTED
from tests.unit.support.restoring import SECTION
from tests.unit.support.scripted import Scripted

HOST = Scripted({"*": ""})
AIM = Aim(now=1e9, commit=GOOD, backup="backups/d.dump", old=60.0)
PUBLISHED = {**FILES.services, "api": {"build": ".", "ports": ["127.0.0.1:8000:80"]}}
RESTORE = "PART\trestore\tproven\t5.5\tcompared with the file\n"
RELEASE = "PART\trelease\tproven\t3.0\tanswered inside\n"
UNTOUCHED = "PART\tuntouched\tproven\t1.0\t3 real containers as they were\n"


def backup(*revisions: str):
    return structs.replace(reports.restore(), section=replace(SECTION, revisions=revisions))


def release(change=STAYS, **values):
    files = structs.replace(FILES, services=PUBLISHED)
    return reports.rollback(change, wanted=structs.replace(WANTED, files=files), **values)


@pytest.fixture
def looked(mocker):
    """What the preflights of restore and rollback find."""
    mocker.patch.object(rollback, "check", return_value=release())
    mocker.patch.object(restore, "read", return_value=backup("two"))


def tried(*answer) -> dict[str, tuple]:
    c = Scripted({"*": answer[0] if isinstance(answer[0], Exception) else answer})

    def sh(_script, *, out, **_more):
        if isinstance(answer[0], Exception):
            raise answer[0]
        out.write(answer[0])
        return c.result(*answer)

    c.__dict__["sh"] = sh
    return {part.name: (part.state, part.found) for part in throwaway.tried(c, AIM)}


def test_each_part_is_as_the_script_tells_of_it(looked):
    found = tried(RESTORE + RELEASE + UNTOUCHED)
    assert [state for state, _ in found.values()] == ["proven"] * 3
    assert found["untouched"][1] == "3 real containers as they were"


def test_where_it_failed_is_named_and_what_was_not_come_to_is_not_run(looked):
    assert tried(UNTOUCHED, "no room\n", 1) == {
        "restore": ("failed", "no room"),
        "release": ("not run", "there are no data to start it on"),
        "untouched": ("proven", "3 real containers as they were"),
    }
    assert tried(RESTORE + UNTOUCHED, "image x is not there\n", 1)["release"] == ("failed", "image x is not there")


def test_what_is_left_or_was_changed_is_not_proven(looked):
    left = "PART\tuntouched\tnot proven\t1.0\tleft of the copy: id\n"
    assert tried(RESTORE + RELEASE + left)["untouched"] == ("not proven", "left of the copy: id")


def test_a_lost_connection_proves_nothing(looked):
    found = tried(ConnectionLost("h: the connection was lost."))
    assert [state for state, _ in found.values()] == ["failed", "not run", "not run"]


@pytest.mark.parametrize(
    ("left", "said"),
    [("", "interrupted; nothing is left of the copy"), ("c1\nn2\n", "interrupted; left of the copy: c1 n2")],
)
def test_after_a_ctrl_c_the_copy_is_gone_or_what_is_left_of_it_is_named(looked, left, said):
    c = Scripted({"*": left})
    c.__dict__["sh"] = mock.Mock(side_effect=KeyboardInterrupt)
    c.__dict__["ask"] = lambda probe, timeout: probe.read({"": Answer(left, "", 0)})
    found = {part.name: (part.state, part.found) for part in throwaway.tried(c, AIM)}
    assert found["untouched"] == ("not run", said)
    assert found["restore"] == found["release"] == ("not run", "interrupted")


@pytest.mark.parametrize(
    ("aim", "why"),
    [
        (structs.replace(AIM, backup="", no_backup="there is no backup"), "there is no backup"),
        (structs.replace(AIM, commit="", no_commit="no earlier deployment"), "no earlier deployment"),
    ],
)
def test_without_a_backup_or_a_release_nothing_is_made(looked, aim, why):
    found = throwaway.tried(Scripted(), aim)
    assert [(part.state, part.found) for part in found] == [
        ("not run", why),
        ("not run", why),
        ("not run", throwaway.NOTHING_MADE),
    ]


def test_a_backup_is_taken_down_only_the_way_that_a_rollback_takes():
    assert throwaway._way_down(backup("two"), release()) is None
    assert throwaway._way_down(backup("one"), release(DOWN)) is None
    assert throwaway._way_down(backup("two"), release(DOWN)) == DOWN
    with pytest.raises(Refused, match="the backup carries three, .* needs one, and no way"):
        throwaway._way_down(backup("three"), release(DOWN))


def test_all_services_but_the_database_are_started_and_asked():
    made = throwaway._stack(HOST, backup("two"), release(moves=MOVES, state=state()))
    assert set(made.images) == {"api", "web", "worker"}
    assert list(made.asked.values()) == [("api", 80)]


def test_what_only_other_hosts_run_is_not_started():
    apart = structs.replace(environment(), elsewhere=["web"])
    made = throwaway._stack(HOST, backup("two"), release(moves=MOVES, state=state(), environment=apart))
    assert set(made.images) == {"api", "worker"}


def test_where_no_address_leads_to_it_nothing_would_say_whether_it_works():
    with pytest.raises(Refused, match="no health address .* leads to a service"):
        throwaway._stack(HOST, backup("two"), reports.rollback(environment=environment()))


def test_a_service_behind_a_proxy_is_asked_as_the_proxy_asks_what_runs():
    health = {"urls": [{"url": "https://127.0.0.1/health", "host": "api.example.com", "insecure": True}]}
    host = mock.Mock()
    host.ask.return_value = [member("api", called=["api.example.com"], asked=[8000])]
    made = throwaway._stack(host, backup("two"), release(environment=environment(health=health), state=state()))
    assert made.asked == {Address(url="http://127.0.0.1/health", host="api.example.com"): ("api", 8000)}
