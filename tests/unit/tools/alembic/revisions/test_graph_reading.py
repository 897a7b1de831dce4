"""Whole commits: from files in a git repository to a downgrade that Alembic really runs."""

import contextlib
import sqlite3
import time
import warnings

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from tasks.tools.alembic.revisions import compare, downgrade_arguments, parse

ENV = """
from alembic import context
from sqlalchemy import create_engine
with create_engine("sqlite:///DATABASE").connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
"""
FUNCTIONS = "def upgrade():\n    pass\n\ndef downgrade():\n    pass\n"


@pytest.fixture
def history(project, migration):
    """Two lines that merge, a side branch with a label, and a dependency on it."""
    made = {
        "a1.py": migration("a1", body=FUNCTIONS),
        "b1.py": migration("b1", "a1", body=FUNCTIONS),
        "c1.py": migration("c1", "a1", body=FUNCTIONS),
        "m1.py": migration("m1", ("b1", "c1"), body=FUNCTIONS),
        "s1.py": migration("s1", body=FUNCTIONS, branch_labels=("side",)),
        "s2.py": migration("s2", "s1", body=FUNCTIONS),
        "m2.py": migration("m2", "m1", body=FUNCTIONS, depends_on="side"),
    }
    return project(made)


def test_a_real_history_is_read_as_alembic_reads_it(tree, history):
    answer = tree.read(history)
    script = ScriptDirectory(str(tree.path / "alembic"))
    assert sorted(answer.heads()) == sorted(script.get_heads()) == ["m2", "s2"]
    assert answer.revisions["m2"].depends_on == ("s1",)
    assert answer.revisions["m2"].title == "Add m2"
    assert answer.revisions["m2"].path == "alembic/versions/m2.py"
    assert "def downgrade()" in answer.revisions["m2"].source


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ({"a1", "b1", "c1", "m1", "s1"}, {"m1", "s1"}),
        ({"a1", "b1", "s1", "s2"}, {"b1", "s2"}),
        ({"a1", "b1", "c1"}, {"b1", "c1"}),
        ({"s1"}, {"s1"}),
        (set(), set()),
    ],
)
def test_alembic_itself_lands_on_what_the_older_commit_needs(repository, history, tmp_path, kept, expected):
    database = tmp_path / "db.sqlite"
    history["alembic/env.py"] = ENV.replace("DATABASE", str(database))
    old = {k: v for k, v in history.items() if "versions" not in k or k[-5:-3] in kept}
    before, now = repository.commit(old), repository.commit(history)
    answers = parse(repository.fetch(now, before), "alembic.ini")
    configuration = Config()
    configuration.set_main_option("script_location", str(repository.path / "alembic"))
    command.upgrade(configuration, "heads")
    comparison = compare(answers[now], rows_of(database), answers[before])
    for argument in downgrade_arguments(comparison):
        command.downgrade(configuration, argument)
    assert rows_of(database) == expected == set(comparison.heads_after)


def rows_of(database) -> set[str]:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return {row[0] for row in connection.execute("SELECT version_num FROM alembic_version")}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("z.py", "revision = make()\n", "alembic/versions/z.py: no down_revision in it"),
        ("z.py", "\nrevision = f()\ndown_revision = 'm2'", "alembic/versions/z.py: revision is"),
        ("z.py", "revision = 'z'\ndown_revision = 'x'", "alembic/versions/z.py: z follows x, which"),
        ("z.py", "revision = 'a1'\ndown_revision = None", "alembic/versions/z.py: revision a1 is"),
        (
            "z.py",
            "revision = 'z'\ndown_revision = 'm2'\ndepends_on = 'far'",
            "alembic/versions/z.py: z follows far, which",
        ),
    ],
)
def test_a_migration_that_cannot_be_placed_makes_the_commit_undecidable(tree, history, name, text, expected):
    history[f"alembic/versions/{name}"] = text
    assert str(tree.read(history)).startswith(expected)


def test_a_thousand_migrations_of_two_commits_are_read_within_seconds(repository, project, migration):
    made = {f"{n}.py": migration(f"r{n}", f"r{n - 1}" if n else None, body=FUNCTIONS * 4) for n in range(1000)}
    new = repository.commit(project(made))
    made.pop("999.py")
    old = repository.commit(project(made))
    output = repository.fetch(new, old)
    began = time.process_time()
    answers = parse(output, "alembic.ini")
    assert time.process_time() - began < 5
    assert (answers[new].heads(), answers[old].heads()) == (["r999"], ["r998"])


def test_warnings_about_the_source_of_migrations_do_not_reach_the_operator(tree, project, migration):
    files = project({"1.py": migration("a1", body="x = '\\d'\n")})
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert tree.read(files).heads() == ["a1"]
    assert seen == []
