"""Tags that tell the processes of one try, or of one client, from all others."""

from __future__ import annotations

from tasks.engine import process_tags


def test_a_tag_ends_so_that_none_is_the_beginning_of_another():
    assert process_tags.step("r", "03-stop.1") == "FAB_ROLLBACK_STEP=r/03-stop.1;"
    assert not process_tags.step("r", "03-stop.11").startswith(process_tags.step("r", "03-stop.1"))
    assert not process_tags.holder("ab").startswith(process_tags.holder("a"))
