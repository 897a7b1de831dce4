"""A step's output on the screen."""

from __future__ import annotations

from tasks.engine.display import Log


def test_output_is_shown_line_by_line_whatever_the_packets(capsys):
    log = Log()
    log.begin()
    for piece in ("one\nt", "w", "o\nthr", "ee"):
        log.write(piece)
    assert capsys.readouterr().out == "    one\n    two\n"
    assert log.lines == 2


def test_a_progress_bar_shows_its_last_state_and_cannot_steer_the_terminal(capsys):
    log = Log()
    log.begin()
    log.write("10%\r50%\r100%\r\n\x1b[2Jdone\n\n")
    assert capsys.readouterr().out == "    100%\n    �[2Jdone\n"


def test_a_line_without_end_is_kept_in_bounded_memory():
    log = Log()
    log.begin()
    for _ in range(1000):
        log.write("x" * 10_000)
    assert len(log.rest) <= 4096


def test_the_watchers_own_lines_are_not_shown(capsys):
    log = Log()
    mark = log.begin()
    log.write(f"one\n{mark} end 0\n")
    assert capsys.readouterr().out == "    one\n"
