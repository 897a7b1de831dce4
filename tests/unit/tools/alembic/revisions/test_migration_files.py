import pytest

from tasks.tools.alembic.revisions.answers import UndecidedError
from tasks.tools.alembic.revisions.migration_files import read_migration


def ids(text):
    module = read_migration(text.encode() if isinstance(text, str) else text)
    return module.id, module.down_revisions, module.depends_on


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("revision = 'a'\ndown_revision = None", ("a", (), ())),
        ("revision: str = 'a'\ndown_revision: str | None = 'b'", ("a", ("b",), ())),
        ("revision: str\nrevision = 'a'\ndown_revision = ()", ("a", (), ())),
        ("revision = down = 'a'\ndown_revision = ('b', \"c\")", ("a", ("b", "c"), ())),
        ("revision = ('a'\n  'b')\ndown_revision = ['c']", ("ab", ("c",), ())),
        ("revision = 'a'\ndown_revision = ('b')\ndepends_on = 'c', 'd'", ("a", ("b",), ("c", "d"))),
        ("revision = 'a'; down_revision = None; branch_labels = f()", ("a", (), ())),
        ("from x import *\nrevision = 'a'\ndown_revision = None", ("a", (), ())),
        ("\ufeffrevision = 'a'\r\ndown_revision = None\r\n", ("a", (), ())),
        ("# coding: latin-1\nrevision = 'a'\ndown_revision = None\nx = '\u00e9'", ("a", (), ())),
        ("revision = 'a'\ndown_revision = None\ndef f():\n    revision = 'b'", ("a", (), ())),
        ("'''\nrevision = 'z'\n'''\nrevision = 'a'\ndown_revision = None", ("a", (), ())),
    ],
)
def test_literal_assignments_are_read(text, expected):
    encoding = "latin-1" if "latin-1" in text else "utf-8"
    assert ids(text.encode(encoding)) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("revision = make()\ndown_revision = None", "revision is computed"),
        ("revision = 'a'\n\ndown_revision = PREVIOUS", "down_revision is computed"),
        ("revision = 'a'\ndown_revision = 'b' if X else 'c'", "down_revision is computed"),
        ("revision = 'a'\ndown_revision = f'{x}'", "down_revision is computed"),
        ("revision, down_revision = 'a', 'b'", "revision is computed"),
        ("revision = 'a'\ntry:\n  down_revision = 'b'\nfinally: pass", "is computed"),
        ("revision = 'a'\ndown_revision = 'b'\nif X:\n  revision = 'c'", "assigned twice"),
        ("revision = 'a'\ndown_revision = 'b'\nrevision += 'c'", "assigned twice"),
        ("revision = 'a'\ndown_revision = 'b'\nrevision = 'a'", "assigned twice"),
        ("revision = 'a'\ndown_revision = 'b'\ndel revision", "assigned twice"),
        ("revision = 'a'\ndown_revision = 'b'\nimport revision", "assigned twice"),
        ("revision = 'a'\ndown_revision = 'b'\n(revision := 'c')", "assigned twice"),
        ("revision = 'a'\ndown_revision = 'b'\ndef revision(): 0", "assigned twice"),
        ("revision = 'a'\ndown_revision = 'b'\ndef f():\n global revision", "assigned twice"),
        ("from .last import revision\ndown_revision = None", "revision is computed"),
        ("revision = 1\ndown_revision = None", "cannot be the name of a revision"),
        ("revision = 'a'\ndown_revision = 1", "down_revision is not made of strings"),
        ("revision = 'a'\ndown_revision = {'x': 1}", "down_revision is not made of strings"),
        ("revision = 'a'\ndown_revision = [None]", "down_revision is not made of strings"),
        ("revision = 'a'", "no down_revision in it"),
        ("down_revision = None", "cannot be the name of a revision"),
        ("revision = 'a-b'\ndown_revision = None", "cannot be the name of a revision"),
        ("revision = ''\ndown_revision = None", "cannot be the name of a revision"),
        ("revision = 'a'\ndown_revision = " + "(" * 5000 + ")" * 5000, "no Python"),
        ("x = " + "-" * 200_000 + "1", "deep|computed|no "),
    ],
)
def test_anything_else_is_undecided(text, reason):
    with pytest.raises(UndecidedError, match=reason):
        ids(text)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("revision = 'a'\ndown_revision = None\n", ("a", (), ())),
        ("revision: str = 'a' # x\ndown_revision = (\n  'b',  # y\n  'c',\n)\n", ("a", ("b", "c"), ())),
        ("revision = 'a'\ndown_revision = 'b'\ndepends_on='c'\n", ("a", ("b",), ("c",))),
    ],
)
def test_a_file_of_another_python_is_searched_by_a_pattern(head, expected):
    assert ids(f'"""Add x"""\n{head}\ndef upgrade():\n    print "x"\n    revision == 1\n') == expected


def test_a_file_of_another_python_that_computes_is_undecided():
    with pytest.raises(UndecidedError, match="revision is computed"):
        ids("revision = make()\ndown_revision = None\nprint 'x'\n")


def test_the_title_is_the_first_line_of_the_docstring():
    text = '"""\n  Add a table\n\nRevision ID: a\n"""\nrevision = "a"\ndown_revision = None\n'
    assert read_migration(text.encode()).title == "Add a table"


def test_nothing_in_a_file_is_run(tmp_path):
    trap = tmp_path / "sprung"
    text = f"revision = open({str(trap)!r}, 'w').name\ndown_revision = None\n"
    with pytest.raises(UndecidedError):
        ids(text)
    assert not trap.exists()


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", b"\x00" * 100, b"# coding: no-such\nrevision = 'a'", b"(" * 10_000],
)
def test_bytes_that_are_no_python_are_undecided(content):
    with pytest.raises(UndecidedError):
        read_migration(content)
