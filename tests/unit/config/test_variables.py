"""`${NAME}` in hosts.yaml."""

from __future__ import annotations

import pytest

from tasks.config import variables
from tasks.console.errors import Refused

VALUES = {"HOST": "h", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${HOST}", "h"),
        ("a-${HOST}-${HOST}", "a-h-h"),
        ("${NONE:-d}", "d"),
        ("${EMPTY:-d}", "d"),
        ("${NONE:-}", ""),
        ("$HOST", "$HOST"),
        ("plain", "plain"),
    ],
)
def test_a_variable_is_put_in(text, value):
    assert variables.expand(text, VALUES) == value


@pytest.mark.parametrize(
    ("text", "name"), [("${NONE}", "NONE"), ("${EMPTY}", "EMPTY"), ("x${HOST}${NONE}${EMPTY}", "NONE")]
)
def test_an_unset_or_empty_variable_without_default_is_named(text, name):
    assert variables.unset(text, VALUES) == name


@pytest.mark.parametrize("text", ["${HOST}", "${NONE:-}", "${EMPTY:-x}", "$NONE", "plain"])
def test_what_has_a_value_or_a_default_is_set(text):
    assert variables.unset(text, VALUES) is None


@pytest.mark.parametrize("text", ["${HOST", "${A B}", "${1}", "${NONE:-${HOST}}", "${}"])
def test_what_looks_like_a_variable_and_is_none_is_not_passed_on(text):
    assert variables.malformed(text)


@pytest.mark.parametrize("text", ["${HOST}", "${NONE:-a b}", "$HOST", "{}", "a$"])
def test_what_is_a_variable_or_looks_like_none_may_stand(text):
    assert not variables.malformed(text)


def test_a_value_may_look_like_anything():
    assert variables.expand("${HOST}", {"HOST": "${x"}) == "${x"


def test_the_environment_beats_the_file(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("A=file\nB=file\n")
    monkeypatch.setenv("A", "environment")
    found = variables.read(tmp_path)
    assert (found["A"], found["B"]) == ("environment", "file")


def test_a_file_that_is_no_text_is_refused_without_quoting_it(tmp_path):
    (tmp_path / ".env").write_bytes(b"A=secret\xff")
    with pytest.raises(Refused) as refused:
        variables.read(tmp_path)
    assert "secret" not in refused.value.message
