"""Runs and ledgers on hosts that could take another one's place: what is copied, and what a run does for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec import structs

from tasks.console.errors import ConnectionLost
from tasks.engine import job, journal, mirrors, record
from tasks.engine.mirrors import HERE, Copy, Mirrors
from tasks.engine.plan import Step
from tasks.ssh.shell import NOT_REACHED, Answer, Word
from tests.unit.support.playing import START, STOP, Locks, Member, fleet, plan
from tests.unit.support.shells import ENVIRONMENT, Home

OWNER = {"run": "run-1", "task": "full-rollback", "who": "ada", "machine": "laptop", "since": "now"}
CHECKOUT = Step(name="checkout", title="Check out v1", script="true", own=True)


@pytest.fixture
def one(tmp_path: Path) -> Home:
    return Home(tmp_path / "one")


@pytest.fixture
def other(tmp_path: Path) -> Home:
    return Home(tmp_path / "other")


class There(Member):
    """A host that runs every command by a real sh."""

    def __init__(self, home: Home) -> None:
        super().__init__()

        def answer(script: str) -> tuple[str, str, int]:
            done = home.sh(script)
            return done.stdout, done.stderr, done.returncode

        self.__dict__["answers"]["*"] = answer


def begun(home: Home, *steps: Step, run: str = "run-1") -> Path:
    for command in journal.begin(ENVIRONMENT, OWNER | {"run": run}, plan(*steps, run=run)):
        assert home.sh(command).returncode == 0
    return home.state / "runs" / run


def tried(folder: Path, name: str, code: int | None = 0) -> None:
    """A try of a step, as it lies there once it began, or has ended."""
    (folder / f"{name}.pid").write_text("4711\n")
    entry = {"step": name.rpartition(".")[0], "try": int(name.rpartition(".")[2])}
    events = [{"at": 5.5, "event": "begin", **entry}]
    if code is not None:
        (folder / f"{name}.rc").write_text(f"{code}\n")
        events.append({"at": 6.5, "event": "end", **entry, "code": code})
    with (folder / "journal").open("a") as lines:
        lines.writelines(json.dumps(event, separators=(",", ":")) + "\n" for event in events)


def copied(one: Home, other: Home, *runs: str, last: str = "", whole: bool = True) -> None:
    pieces = mirrors.taken_out(There(one), "node-1", runs, last, whole=whole)
    mirrors.take_in(There(other), pieces)


def known(home: Home) -> dict[str, Copy]:
    (command,) = mirrors.known(ENVIRONMENT).commands.values()
    return mirrors.known(ENVIRONMENT).read({"": Answer(home.sh(command).stdout, "", 0)})


def read(home: Home, run: str = "run-1") -> record.RunRecord:
    probe = record.probe(ENVIRONMENT, run)
    answers = {name: Answer(home.sh(command).stdout, "", 0) for name, command in probe.commands.items()}
    return probe.read({**dict.fromkeys(probe.commands, NOT_REACHED), **answers})


def test_a_run_and_the_ledger_are_on_the_other_host_as_on_the_first_and_where_it_is_carried_out_is_known(one, other):
    folder = begun(one, STOP, START)
    tried(folder, "01-stop.1")
    (one.state / "releases.jsonl").write_text('{"a":1}\n{"b":2}\n')
    copied(one, other, "run-1", last="run-1")
    there = other.state / "runs" / "run-1"
    assert all((there / name).read_bytes() == (folder / name).read_bytes() for name in ("journal", "plan.json"))
    assert (there / "scripts" / "engine" / "lib.sh").exists()
    assert (other.state / "last").read_text() == "run-1\n"
    assert (other.state / "releases.jsonl").read_text() == '{"a":1}\n{"b":2}\n'
    worked = json.loads((folder / "journal").read_text().splitlines()[0])["at"]
    assert known(one) == {"run-1": Copy(0, worked, 6.5, HERE)}
    assert known(other) == {"run-1": Copy(0, worked, 6.5, "node-1")}
    assert [step.state for step in read(other).steps] == ["done", "waiting"]


def test_the_end_of_a_step_that_was_not_told_is_not_known(one, other):
    folder = begun(one, STOP)
    tried(folder, "01-stop.1", code=None)
    copied(one, other, "run-1")
    found = read(other)
    assert [(step.state, step.elsewhere) for step in found.steps] == [("not known", True)]
    assert (found.running, found.attempt(1), found.changed) == (False, 2, True)


def test_what_ran_on_the_other_host_itself_stays_as_it_was_there(one, other):
    tried(begun(one, CHECKOUT, STOP), "01-checkout.1")
    tried(begun(other, CHECKOUT, STOP), "01-checkout.1", code=3)
    tried(one.state / "runs" / "run-1", "02-stop.1")
    copied(one, other, "run-1", whole=False)
    assert [(step.state, step.elsewhere) for step in read(other).steps] == [("failed", False), ("done", True)]


def test_what_each_host_does_for_itself_is_not_done_where_only_another_one_did_it(one, other):
    folder = begun(one, CHECKOUT, START)
    tried(folder, "01-checkout.1")
    tried(folder, "02-start.1")
    copied(one, other, "run-1")
    assert [read(one).holds(n) for n in (1, 2)] == [True, True]
    assert [read(other).holds(n) for n in (1, 2)] == [False, True]


def test_what_lies_there_since_the_run_began_is_not_copied_again(one, other):
    folder = begun(one, STOP)
    copied(one, other, "run-1")
    whole = "".join(mirrors.taken_out(There(one), "n", ["run-1"]))
    tried(folder, "01-stop.1")
    assert len("".join(mirrors.taken_out(There(one), "n", ["run-1"], whole=False))) < len(whole) / 4
    copied(one, other, "run-1", whole=False)
    assert (read(other).steps[0].state, len(read(other).journal)) == ("done", 3)


def test_a_copy_that_is_torn_on_the_way_changes_nothing(one, other):
    begun(one, STOP)
    (piece,) = mirrors.taken_out(There(one), "n", ["run-1"])
    assert other.sh(piece.replace("H4sI", "H4sI" + "A" * 80, 1)).returncode != 0
    assert known(other) == {}
    assert [path.name for path in other.state.iterdir() if path.name.startswith("copy")] == []


def test_a_large_run_takes_several_commands_and_evidence_stays_where_it_is(one, other, monkeypatch):
    folder = begun(one, STOP)
    (folder / "evidence").mkdir()
    (folder / "evidence" / "app.log").write_text("a line")
    monkeypatch.setattr(journal, "CHUNK", 2000)
    assert len(mirrors.taken_out(There(one), "n", ["run-1"])) > 2
    copied(one, other, "run-1")
    assert read(other).steps[0].state == "waiting"
    assert not (other.state / "runs" / "run-1" / "evidence").exists()


def test_lines_of_a_ledger_that_are_there_already_are_not_written_twice(one, other):
    begun(one, STOP)
    (one.state / "releases.jsonl").write_text("a\nb\n")
    other.state.mkdir(parents=True)
    (other.state / "releases.jsonl").write_text("a\nc\n")
    copied(one, other, "run-1")
    assert (other.state / "releases.jsonl").read_text() == "a\nc\nb\n"


def test_schemas_and_rehearsals_come_along_where_a_run_begins_or_ends(one, other):
    begun(one, STOP)
    for name in ("schemas/abc", "rehearsals/1"):
        (one.state / name).parent.mkdir()
        (one.state / name).write_text(name)
    copied(one, other, "run-1", whole=False)
    assert not (other.state / "schemas").exists()
    copied(one, other, "run-1")
    assert [(other.state / name).read_text() for name in ("schemas/abc", "rehearsals/1")] == [
        "schemas/abc",
        "rehearsals/1",
    ]


def test_whoever_takes_a_run_up_is_the_one_that_carries_it_out(one, other):
    begun(one, STOP)
    copied(one, other, "run-1")
    folder = Word(str(other.state / "runs" / "run-1"))
    assert other.sh(journal.resumed(folder, OWNER)).returncode == 0
    assert (known(other)["run-1"].turns, known(other)["run-1"].node) == (1, HERE)
    copied(other, one, "run-1")
    assert known(one)["run-1"].node == "node-1"


def attempt(step: Step) -> job.Try:
    return job.Try(Word("/state/runs/run-1"), "run-1", 1, step, partial=True)


def test_that_a_step_begins_elsewhere_is_noted_before_it_does(other):
    folder = begun(other, STOP)
    there = structs.replace(attempt(STOP), folder=Word(str(folder)))
    assert other.sh(job.begun_elsewhere(there)).returncode == 0
    found = read(other)
    assert (found.steps[0].state, found.partially_applied) == ("not known", True)


def mirrored(*steps: Step) -> tuple[Mirrors, list[Member]]:
    host, second, third = fleet("a", "b", "c")
    host.fleet, host.mirrors = (host,), (second, third)
    for member in (host, second, third):
        member.__dict__["answers"]["*"] = ("H4sI", "", 0)
    locks = Locks()
    locks.of = dict.fromkeys((host, second, third))
    return Mirrors(host, plan(*steps), locks), [host, second, third]


def said(member: Member) -> list[str]:
    names = ("begun-elsewhere", "watch-step", "copy-out", "copy-in")
    return [name for command in member.commands for name in names if f"engine/{name}.sh" in command]


def test_mirrors_know_of_a_step_before_and_after_and_do_what_is_their_own():
    copies, (host, second, third) = mirrored(STOP, CHECKOUT)
    copies.begun(attempt(STOP))
    copies.ended(attempt(STOP), well=True)
    copies.begun(attempt(CHECKOUT))
    copies.ended(attempt(CHECKOUT), well=True)
    wanted = ["begun-elsewhere", "copy-in", "watch-step", "copy-in"]
    assert [said(member) for member in (host, second, third)] == [["copy-out"] * 2, wanted, wanted]


def test_what_failed_on_the_host_is_not_done_on_its_mirrors():
    copies, (_host, second, _third) = mirrored(CHECKOUT)
    copies.ended(attempt(CHECKOUT), well=False)
    assert said(second) == ["copy-in"]


def test_a_mirror_that_does_not_answer_is_named_once_and_no_obstacle(capsys):
    copies, (_host, second, third) = mirrored(STOP)
    second.__dict__["answers"]["*"] = ConnectionLost("u@b:22: it is gone.")
    copies.begun(attempt(STOP))
    copies.ended(attempt(STOP), well=True)
    assert capsys.readouterr().out.count("has no copy of this run from here on: it is gone") == 1
    assert said(third) == ["begun-elsewhere", "copy-in"]


def test_where_the_host_itself_is_gone_nothing_is_copied_and_no_mirror_is_blamed(capsys):
    copies, (host, second, _third) = mirrored(STOP)
    host.__dict__["answers"]["*"] = ConnectionLost("u@h:22: it is gone.")
    copies.follow()
    assert (said(second), capsys.readouterr().out) == ([], "")


def test_what_a_mirror_cannot_do_for_itself_is_named_and_the_run_goes_on(capsys):
    copies, (_host, second, _third) = mirrored(CHECKOUT)

    def answer(script: str) -> tuple[str, str, int]:
        nonce = script.partition("watch-step.sh ")[2].partition(" ")[0]
        return f"local changes\n\n{nonce} ended 1\n", "", 0

    second.__dict__["answers"]["*"] = answer
    copies.ended(attempt(CHECKOUT), well=True)
    assert "goes without: Check out v1: local changes" in capsys.readouterr().out


def test_a_host_without_mirrors_is_asked_nothing():
    alone = Member()
    copies = Mirrors(alone, plan(STOP), Locks())
    copies.begun(attempt(STOP))
    copies.ended(attempt(STOP), well=True)
    assert alone.commands == []
