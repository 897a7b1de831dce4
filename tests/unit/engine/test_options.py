"""Every option of every task, also of those to come: what cannot be meant is refused before anything connects."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from fabric import Connection

import tasks
from tasks.console.errors import Refused
from tasks.engine import options
from tasks.ssh import fleet

TASKS = {name: tasks.ns[name] for name in tasks.ns.task_names}
OPTIONS = [
    (name, parameter.name)
    for name, task in sorted(TASKS.items())
    for parameter in list(inspect.signature(task.body).parameters.values())[1:]
    if not isinstance(parameter.default, bool) and parameter.annotation != "bool | None"
]
BAD = {
    "nothing": "",
    "no value": True,
    "absurdly long": "a" * 5000,
    "a dash": "-rf",
    "an option": "--help",
    "a newline": "abc\ndef",
    "an escape": "\x1b[2J",
    "a NUL": "a\0b",
    "half a character": "\udcff",
}
WORSE = ["'", '"', "$(reboot)", "`reboot`", "a;b", "a b", "a|b", "*", "{", "\\"]


@pytest.fixture(autouse=True)
def nobody_connects(monkeypatch):
    def resolve(c):
        raise AssertionError("it went on to connect")

    monkeypatch.setattr(fleet, "resolve", resolve)


def refusal(task: str, **values: Any) -> str:
    with pytest.raises(Refused) as refused:
        TASKS[task](Connection("127.0.0.1", port=1), **values)
    assert refused.value.code == 2
    assert "\n" not in refused.value.message
    assert refused.value.message.isprintable()
    assert len(refused.value.message) < 500
    return refused.value.message


@pytest.mark.parametrize(("task", "option"), OPTIONS)
def test_what_cannot_be_meant_is_refused_in_one_line_that_names_the_option(task, option):
    for name, bad in BAD.items():
        assert refusal(task, **{option: bad}).startswith("--" + option.replace("_", "-")), name


@pytest.mark.parametrize("bad", WORSE)
@pytest.mark.parametrize("option", ["commit", "revision", "service", "count", "run", "keep"])
def test_a_name_is_no_shell_text(option, bad):
    with pytest.raises(Refused):
        options.check({option: bad})


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("commit", "abc1234"),
        ("commit", "HEAD~2"),
        ("commit", "HEAD^"),
        ("commit", "feature/größe"),
        ("commit", "v1.2.3"),
        ("revision", "c5b90f37a4de"),
        ("service", "jctc_app.1"),
        ("count", "10"),
        ("count", 10),
        ("file", "/var/backups/of it's $(day).sql"),
        ("commit", None),
        ("image", []),
        ("image", ["backend=localhost:5000/shop:v1", "web=sha256:0123", "api=shop@sha256:0123"]),
    ],
)
def test_what_can_be_meant_is_left_alone(option, value):
    options.check({option: value})


@pytest.mark.parametrize("task", TASKS)
def test_every_option_explains_itself(task):
    parameters = list(inspect.signature(TASKS[task].body).parameters)[1:]
    help_ = {argument.name: argument.help for argument in TASKS[task].get_arguments()}
    assert [p for p in parameters if not help_.get(p)] == []


@pytest.mark.parametrize("task", TASKS)
def test_no_option_is_a_positional_argument(task):
    """With one, `fab TASK --help` would run the task with the value `--help`."""
    assert not [a.name for a in TASKS[task].get_arguments() if a.positional]


SWITCHED_ON = {
    parameter.name
    for task in TASKS.values()
    for parameter in inspect.signature(task.body).parameters.values()
    if parameter.default is True
}


@pytest.mark.parametrize("switch", sorted(SWITCHED_ON))
def test_the_help_of_a_switch_that_is_on_says_what_turning_it_off_does(switch):
    """Invoke shows `--[no-]snapshot` for it: one text for both."""
    assert f"with --no-{switch.replace('_', '-')} " in options.HELP[switch]
