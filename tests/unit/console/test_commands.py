"""Commands in messages: written out for the operator who reads them, and nothing else is touched."""

from __future__ import annotations

from tasks.console.commands import fab, render, typed


def test_a_command_has_what_the_operator_typed_before_it():
    with typed("staging", "rollback"):
        assert render(f"Next: {fab('undo --run last')}.") == "Next: fab -H staging rollback.undo --run last."


def test_without_host_and_prefix_it_is_the_plain_command():
    assert render(fab("status")) == "fab status"


def test_a_text_that_only_looks_like_a_command_stays_as_it_is():
    with typed("staging", ""):
        assert render("Remove fab tasks") == "Remove fab tasks"
