"""Quoting, seen by a real sh: values arrive as they are, and nothing else is run."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tasks.ssh import shell
from tests.unit.support.stage import Stage, few, hostile


@given(st.lists(hostile, min_size=1, max_size=5))
@few
def test_words_arrive_as_they_are(words):
    with Stage() as stage:
        stage.run(shell.join("docker", *words))
        assert stage.calls == [["docker", *words]]


@given(hostile)
@few
def test_a_path_lies_in_the_home_of_the_login_unless_it_is_absolute(path):
    with Stage() as stage:
        stage.run(f"docker {shell.home(path)}")
        where = path if path.startswith("/") else f"{stage.home}/{path.removeprefix('~/')}"
        assert stage.calls == [["docker", where if path not in ("~", ".") else str(stage.home)]]


@given(st.dictionaries(hostile.filter(lambda t: "\n" not in t), hostile, min_size=1, max_size=4))
@few
def test_answers_of_a_batch_are_told_apart_whatever_they_print(texts):
    mark = shell.nonce()
    with Stage() as stage:
        commands = {name: f"printf %s {shell.quote(text)}; exit 3" for name, text in texts.items()}
        done = stage.run(shell.batch(commands, mark))
        found = shell.answers(done.stdout, done.stderr, mark)
        assert {name: (a.out, a.code) for name, a in found.items()} == {n: (t, 3) for n, t in texts.items()}


def test_a_command_of_a_batch_cannot_eat_the_next_or_end_the_batch():
    mark = shell.nonce()
    with Stage() as stage:
        done = stage.run(shell.batch({"a": "cat; exit 1", "b": "echo here"}, mark))
        assert shell.answers(done.stdout, done.stderr, mark)["b"].out == "here\n"


def test_what_has_to_be_first_has_ended_before_the_others_begin():
    mark = shell.nonce()
    commands = {"a": "cat its", "early": "sleep 0.2; echo 1 >> its; exit 4", "b": "cat its"}
    with Stage() as stage:
        done = stage.run(shell.batch(commands, mark, first={"early"}))
        found = shell.answers(done.stdout, done.stderr, mark)
        assert [found[name].out for name in ("a", "b")] == ["1\n", "1\n"]
        assert found["early"].code == 4


def test_an_answer_that_was_cut_off_is_no_answer():
    found = shell.answers("\nM begin a\nhalf", "", "M", unfinished="no answer in 5 s")
    assert found == {"a": shell.Answer("half", "no answer in 5 s", 124)}
