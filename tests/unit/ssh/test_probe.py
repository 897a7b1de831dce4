"""Several questions are asked at once, and each reads its own answers."""

from __future__ import annotations

from tasks.ssh.probe import Probe, answered, by_key, clock, combined, single, together
from tasks.ssh.shell import Answer


def answers(**texts: str) -> dict[str, Answer]:
    return {name: Answer(text, "", 0) for name, text in texts.items()}


def test_commands_of_one_name_in_two_probes_are_told_apart():
    two = together(answered("a"), single("b", lambda answer: answer.out.upper()))
    assert two.commands == {"0": "a", "1": "b"}
    assert two.read({"0": Answer("x", "", 0), "1": Answer("y", "", 0)}) == (Answer("x", "", 0), "Y")


def test_what_is_asked_first_stays_first_inside_a_larger_probe():
    early = Probe({"": "e"}, lambda found: found[""].out, first=True)
    whole = combined(lambda **found: found, early=early, late=single("l", lambda answer: answer.out))
    assert whole.early() == {"early"}
    assert together(answered("x"), whole).early() == {"1 early"}
    assert whole.read(answers(early="1", late="2")) == {"early": "1", "late": "2"}


def test_a_host_that_does_not_tell_the_time_has_that_of_this_machine(mocker):
    mocker.patch("tasks.ssh.probe.time.time", return_value=7.0)
    asked = clock()
    assert [asked.read({"": Answer(out, "", 0)}) for out in ("42\n", "")] == [42.0, 7.0]


def test_what_is_told_line_by_line_is_found_by_its_key():
    told = by_key("file a b\nv1\nfile c\n")
    assert (told["file"], "v1" in told, told["none"]) == (["a b", "c"], True, [])
