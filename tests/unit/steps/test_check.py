"""What will be needed, told with its cures; exit 1 only where something is missing."""

from __future__ import annotations

import pytest

from tasks.console.commands import fab
from tasks.console.errors import Failed
from tasks.incident import notify as messages
from tasks.incident.notify import Sent
from tasks.preflight.needs import gathering
from tasks.preflight.needs.need import Need
from tasks.steps import check
from tests.unit.support.deployment import environment
from tests.unit.support.scripted import Scripted

GOOD = Need("ok", "Docker 28", name="engine")
DOUBT = Need("doubtful", "not rehearsed", fab("db.rehearse"), "rehearsal")
GONE = Need("missing", "none of d in b", fab("backups.create"), "backup")


def checked(mocker, *needs: Need, **options):
    """Check a host that has these needs; return what it was asked with."""
    asked = mocker.patch.object(gathering, "judged", return_value=list(needs))
    host = Scripted()
    host.environment, host.fleet = environment(notify=["json://secret@h"]), (host,)
    try:
        check.check(host, **options)
    finally:
        told = asked.call_args.args[1]
    return told


def test_each_need_is_a_line_and_its_cure_the_next(mocker, capsys):
    checked(mocker, GOOD, DOUBT)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:4] == [
        "ok        engine             Docker 28",
        "doubtful  rehearsal          not rehearsed",
        "          next: fab db.rehearse",
    ]
    assert lines[-1].endswith("nothing is missing; 1 thing doubtful.")


def test_what_is_missing_stands_last_where_a_small_terminal_shows_it(mocker, capsys):
    with pytest.raises(Failed):
        checked(mocker, GONE, GOOD, DOUBT)
    states = [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:] if not line.startswith(" ")]
    assert states == ["ok", "doubtful", "missing"]


def test_what_is_missing_fails_and_is_named(mocker):
    with pytest.raises(Failed, match="1 missing: backup") as failed:
        checked(mocker, GOOD, DOUBT, GONE)
    assert failed.value.code == 1


def test_a_message_is_sent_only_where_that_was_asked_for(mocker):
    sent = mocker.patch.object(
        messages, "send", return_value=[Sent("address 1 (json)", True), Sent("address 2", False, "no")]
    )
    assert checked(mocker, GOOD) is None
    assert not sent.called
    assert checked(mocker, GOOD, notify=True) == ["", "address 2: no"]
    assert "secret" not in repr(sent.call_args.args[1:])
