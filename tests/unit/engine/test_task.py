"""A task ends in one line and an exit code that means something, whatever happens in it."""

from __future__ import annotations

import json

import pytest
from fabric import Config, Connection
from fabric.main import make_program
from invoke import Collection, Context, Exit
from invoke.parser import Parser, ParserContext
from paramiko.ssh_exception import SSHException

from tasks.console.commands import fab
from tasks.console.errors import Failed, Refused
from tasks.engine.task import task
from tasks.ssh import fleet
from tests.unit.support.scripted import Scripted


@pytest.fixture(autouse=True)
def host(monkeypatch) -> Scripted:
    """The host that every connection stands for."""
    made = Scripted()
    monkeypatch.setattr(fleet, "resolve", lambda c: made)
    monkeypatch.delenv("ROLLBACK_DEBUG", raising=False)
    return made


def run(body, **values):
    return task(body)(Connection("h"), **values)


def ends(error: Exception) -> Exit:
    def body(c):
        raise error

    with pytest.raises(Exit) as ended:
        run(body)
    assert "\n" not in ended.value.message
    return ended.value


def test_the_body_gets_the_configured_host_whatever_fabric_gave(host):
    assert run(lambda c: c) is host
    assert task(lambda c: c)(Context()) is host


def test_a_refusal_stays_what_it_is():
    assert ends(Refused("no")).code == 2


def test_a_mistake_in_the_code_is_one_line_that_says_how_to_see_where():
    ended = ends(ZeroDivisionError("division\nby zero"))
    assert (ended.code, ended.message) == (1, "ZeroDivisionError: division by zero (ROLLBACK_DEBUG=1 shows where)")


@pytest.mark.parametrize("error", [EOFError(), ConnectionResetError("reset"), TimeoutError(), SSHException("closed")])
def test_an_error_of_a_transfer_names_the_host(error):
    assert ends(error).message.startswith("u@h:22: ")


def test_debug_shows_the_traceback_and_ends_in_the_same_way(monkeypatch, capsys):
    monkeypatch.setenv("ROLLBACK_DEBUG", "1")
    assert ends(Failed("x")).code == 1
    assert ends(ZeroDivisionError()).code == 1
    assert "in body" in capsys.readouterr().err


def test_ctrl_c_is_not_an_error_of_the_code():
    def body(c):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(body)


def test_fabrics_dry_run_is_refused_because_it_would_not_be_one(host):
    c = Connection("h", config=Config(overrides={"run": {"dry": True}}))
    with pytest.raises(Refused, match="--plan"):
        task(lambda c: None)(c)


def test_an_option_is_checked_by_its_name_and_a_switch_is_not():
    def body(c, commit=None, yes=False):
        return commit, yes

    assert run(body, commit="abc", yes=True) == ("abc", True)
    with pytest.raises(Refused):
        run(body, commit="-x")


def test_a_task_needs_no_hosts_file_until_it_runs(monkeypatch, tmp_path):
    monkeypatch.setenv("ROLLBACK_HOSTS_FILE", str(tmp_path / "nope"))
    assert task(lambda c: None).hosts == [fleet.DEFAULT_HOST]


def test_the_options_of_a_task_are_explained_however_often_they_are_asked_for():
    def body(c, yes=False):
        """Do."""

    made = task(body)
    assert made.get_arguments()[0].help == made.get_arguments()[0].help == "ask nothing"


@pytest.mark.parametrize(
    ("words", "given"),
    [([], None), (["--rehearse"], True), (["--no-rehearse", "--commit", "x"], False), (["--commit", "x"], None)],
)
def test_a_switch_may_be_left_open(words, given):
    def body(c, commit: str | None = None, rehearse: bool | None = None):
        """Do."""

    made = ParserContext("body", args=task(body).get_arguments())
    (_, parsed) = Parser(contexts=[made], initial=ParserContext()).parse_argv(["body", *words])
    assert parsed.as_kwargs["rehearse"] is given
    assert run(body, rehearse=given) is None


@pytest.mark.parametrize("words", [["--commit"], ["--commit", "--yes"], ["--commit="], ["--commit", "-x"]])
def test_a_value_that_is_missing_at_the_command_line_is_a_refusal(monkeypatch, capsys, words):
    def checkout(c, commit=None, yes=False):
        """Check out."""

    program = make_program()
    program.namespace = Collection(task(checkout))
    with pytest.raises(SystemExit) as ended:
        program.run(["fab", "-H", "h", "checkout", *words])
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_help_as_a_value_is_help_and_nothing_runs(capsys):
    def checkout(c, commit=None):
        raise AssertionError

    program = make_program()
    program.namespace = Collection(task(checkout))
    with pytest.raises(SystemExit) as ended:
        program.run(["fab", "checkout", "--help"])
    assert not ended.value.code
    assert "--commit" in capsys.readouterr().out


def test_a_refusal_is_a_document_where_one_was_asked_for(capsys):
    def body(c, json=False):
        raise Refused("no", next=f"Next: {fab('status')}")

    with pytest.raises(Refused):
        task(body)(Connection("staging"), json=True)
    found = json.loads(capsys.readouterr().out)["error"]
    assert found["message"] == "no Nothing was changed. Next: fab -H staging status"
    assert found["next"] == ["fab -H staging status"]


def test_a_command_in_an_error_is_written_as_the_operator_types_it():
    def body(c):
        raise Failed(f"Next: {fab('undo')}")

    for typed, words in (("staging", "fab -H staging undo"), (fleet.DEFAULT_HOST, "fab undo")):
        with pytest.raises(Failed) as failed:
            task(body)(Connection(typed))
        assert failed.value.message == f"Next: {words}"
