"""The line of an answer's body that tells most."""

from __future__ import annotations

import json

import pytest

from tasks.tools.http import body

DJANGO = """<!DOCTYPE html><html><head><title>OperationalError
          at /health</title><style>h1 { color: red }</style></head><body><h1>no such table</h1></body></html>"""
SPRING = {"status": "DOWN", "components": {"db": {"status": "DOWN", "details": {"error": "refused: db:5432"}}}}
TRACE = """Traceback (most recent call last):
  File "app.py", line 3, in health
sqlalchemy.exc.ProgrammingError: column items.price does not exist
During handling of this, nothing else
"""


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("", ""),
        (" \n\n", ""),
        ("\n  Service\tUnavailable \nmore\n", "Service Unavailable"),
        (json.dumps({"release": "v2", "problem": "this release does not work"}), "this release does not work"),
        (json.dumps({"detail": [{"loc": ["q"], "msg": "field required"}]}), "field required"),
        (json.dumps(SPRING), "refused: db:5432"),
        (json.dumps({"status": "down", "error": None}), '{"status": "down", "error": null}'),
        (json.dumps("down"), '"down"'),
        (json.dumps({"error": "ValueError: a\nb"}), "ValueError: a b"),
        ('{"error": "cut off', '{"error": "cut off'),
        ("[" * 5000, "[" * 5000),
        (TRACE, "sqlalchemy.exc.ProgrammingError: column items.price does not exist"),
        (DJANGO, "OperationalError at /health"),
        ("<html><body><h1>502 Bad\nGateway</h1><hr></body></html>", "502 Bad Gateway"),
        ("<p>&lt;down&gt;</p>", "<down>"),
        ("\x1b[31mdown\x07\ue000fab undo\ue001", "\ufffd[31mdown\ufffd\ufffdfab undo\ufffd"),
    ],
)
def test_the_line_that_tells_most_is_found(said, line):
    assert body.telling(said) == line


def test_the_last_line_of_a_body_that_was_cut_is_not_looked_at():
    said = ("x" * 79 + "\n") * (body.READ // 80) + "ValueError: half a sec"
    assert len(said) >= body.READ
    assert body.telling(said) == "x" * 79
