"""Questions to a host that know what their answers mean."""

from __future__ import annotations

from tasks.ssh import probe
from tasks.ssh.probe import Probe, answered, combined, single
from tasks.ssh.shell import Answer

SIZE = single("wc", lambda answer: int(answer.out))
EARLY = Probe({"": "date"}, lambda answers: answers[""].out, first=True)
PAIR = Probe({"a": "x", "b": "y"}, lambda answers: answers["a"].out + answers["b"].out)


def said(**texts: str) -> dict[str, Answer]:
    return {name.replace("_", " "): Answer(text, "", 0) for name, text in texts.items()}


def test_a_combined_probe_asks_all_and_makes_one_value_of_what_each_found():
    whole = combined(dict, size=SIZE, pair=PAIR)
    assert whole.commands == {"size": "wc", "pair a": "x", "pair b": "y"}
    assert whole.read(said(size="5", pair_a="1", pair_b="2")) == {"size": 5, "pair": "12"}


def test_what_is_asked_first_stays_first_in_whatever_it_becomes_a_part_of():
    whole = combined(dict, inner=combined(dict, early=EARLY, size=SIZE), pair=PAIR)
    assert whole.early() == {"inner early"}
    assert probe.first((SIZE, whole)) == {"1 inner early"}
    assert probe.first((EARLY,)) == {"0 "}


def test_every_probe_gets_its_own_answers_back():
    probes = (SIZE, PAIR, answered("z"))
    answers = {name: Answer(name[0], "", 0) for name in probe.numbered(probes)}
    assert probe.values(probes, answers) == (0, "11", Answer("2", "", 0))
