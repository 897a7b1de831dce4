"""Which of several deployments is meant: said, asked, or refused with their names."""

from __future__ import annotations

import pytest

from tasks.console import terminal
from tasks.console.errors import Refused
from tasks.preflight.discovery import project_choice
from tasks.tools.compose.projects import Landscape
from tests.unit.support.discovered import member

SEVERAL = Landscape(["/home/ada"], False, [member("app"), member("app", project="blog", folder="/srv/blog")])


def test_the_only_one_is_meant():
    assert project_choice.choose("h", Landscape([], False, [member("app")]), None) == "shop"


def test_the_one_that_is_named_is_meant():
    assert project_choice.choose("h", SEVERAL, "blog") == "blog"
    with pytest.raises(Refused, match=r"h: there is no project 'blgo'; there are: blog, shop\."):
        project_choice.choose("h", SEVERAL, "blgo")


def test_without_a_terminal_several_are_refused_by_name(monkeypatch):
    monkeypatch.setattr(terminal, "interactive", lambda: False)
    with pytest.raises(Refused, match=r"h: 2 projects run there: blog, shop\. --project says which is meant\."):
        project_choice.choose("h", SEVERAL, None)


@pytest.mark.parametrize("answer", ["2\n", "shop\n"])
def test_at_a_terminal_they_are_shown_and_asked_for(monkeypatch, capsys, answer):
    monkeypatch.setattr(terminal, "interactive", lambda: True)
    monkeypatch.setattr(terminal, "ask", lambda _question: answer)
    assert project_choice.choose("h", SEVERAL, None) == "shop"
    assert "/srv/blog" in capsys.readouterr().out


@pytest.mark.parametrize("answer", ["3\n", "0\n", "\n", "x\n"])
def test_an_answer_that_names_none_is_refused(monkeypatch, answer):
    monkeypatch.setattr(terminal, "interactive", lambda: True)
    monkeypatch.setattr(terminal, "ask", lambda _question: answer)
    with pytest.raises(Refused, match="--project says which is meant: blog, shop"):
        project_choice.choose("h", SEVERAL, None)
