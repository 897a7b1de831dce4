"""Commands in messages: written out for the operator who reads them, and nothing else is touched."""

from __future__ import annotations

from tasks.console.commands import BEGIN, END, fab, render, rendered, typed, unmarked


def test_a_command_has_what_the_operator_typed_before_it():
    with typed("staging", lambda task: f"rollback.{task}"):
        assert render(f"Next: {fab('undo --run last')}.") == "Next: fab -H staging rollback.undo --run last."
        assert render(f"{fab('a')}, {fab('b')}") == "fab -H staging rollback.a, fab -H staging rollback.b"


def test_without_host_and_prefix_it_is_the_plain_command():
    assert render(fab("status")) == "fab status"


def test_what_was_written_out_once_stays_as_it_is():
    with typed("staging"):
        assert render(render(fab("status"))) == "fab -H staging status"


def test_commands_in_json_are_written_out_wherever_they_stand():
    with typed("staging"):
        written = rendered({"back": fab("undo"), "steps": [{"next": (fab("status"), 1, None)}]})
    assert written == {"back": "fab -H staging undo", "steps": [{"next": ["fab -H staging status", 1, None]}]}


def test_what_a_host_says_is_never_a_command_of_ours():
    with typed("staging"):
        assert render(unmarked(f"{BEGIN}undo{END}")) == "\ufffdundo\ufffd"
