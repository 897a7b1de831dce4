"""Alembic's options, from either of its files."""

from __future__ import annotations

import pytest

from tasks.tools.alembic.revisions import Undecidable
from tests.unit.tools.alembic.revisions.test_locations import alembics_own


@pytest.mark.parametrize(
    "ini",
    [
        "[alembic\nscript_location = alembic\n",
        "[alembic]\nscript_location = %(nothing)s\n",
        "[alembic]\nscript_location = a\nscript_location = b\n",
        "[alembic]\nscript_location = alembic\nversion_locations = a\npath_separator = comma\n",
        "[alembic]\nscript_location = ../alembic\n",
        "\0\xff",
    ],
)
def test_a_configuration_that_alembic_refuses_is_undecidable(tree, project, migration, ini):
    files = project({"1.py": migration("a1")}, **{"alembic.ini": ini})
    answer = tree.read(files)
    assert isinstance(answer, Undecidable)
    assert answer.path == "alembic.ini"


@pytest.mark.parametrize(
    "toml",
    ["[tool.alembic\n", "tool = 1 # alembic", "[tool.alembic]\nscript_location = 1\n"]
    + ["[tool.alembic]\nscript_location = 'a%'\n", "[tool]\nalembic = [1]\n"]
    + ["[tool.alembic]\nscript_location = 'db'\nversion_locations = [1]\n"],
)
def test_a_pyproject_that_alembic_refuses_is_undecidable(tree, migration, toml):
    files = {"pyproject.toml": toml, "db/env.py": "", "db/versions/1.py": migration("a1")}
    answer = tree.read(files, config="pyproject.toml")
    assert isinstance(answer, Undecidable)
    assert answer.path == "pyproject.toml"


def test_a_configuration_that_is_a_symbolic_link_is_undecidable(tree, project, migration):
    files = project({"1.py": migration("a1")})
    files["deploy/alembic.ini"] = files.pop("alembic.ini")
    answer = tree.read(files, links={"alembic.ini": "deploy/alembic.ini"})
    assert str(answer) == "alembic.ini: is no regular file"


def test_the_ini_comes_before_pyproject(tree, migration):
    files = {
        "alembic.ini": "[alembic]\nversion_locations = one\npath_separator = os\n",
        "pyproject.toml": "[tool.alembic]\nscript_location = 'db'\nversion_locations = ['two']\n",
        "db/env.py": "",
        "other/env.py": "",
        "other/versions/1.py": migration("c1"),
        "one/1.py": migration("a1"),
        "two/1.py": migration("b1"),
    }
    assert sorted(tree.read(files).revisions) == ["a1"]
    files["alembic.ini"] = "[alembic]\nscript_location = other\n"
    files["pyproject.toml"] = "[tool.alembic]\nscript_location = 'db'\n"
    assert sorted(tree.read(files).revisions) == ["c1"] == alembics_own(tree.path)


@pytest.mark.parametrize("option", ["sourceless", "recursive_version_locations"])
def test_an_option_that_is_rarely_set_is_left_to_the_image(tree, project, migration, option):
    files = project({"1.py": migration("a1")})
    files["alembic.ini"] = "[alembic]\nscript_location = alembic\n" + f"{option} = true\n"
    assert "is not understood" in str(tree.read(files))


def test_where_other_sections_have_the_scripts_they_are_named(tree, project, migration):
    files = project({"1.py": migration("a1")})
    files["alembic.ini"] = (
        "[alembic]\nfile_template = x\n[core]\nscript_location = alembic\n[tenant]\nscript_location = b\n"
    )
    said = "script_location is only in core, tenant: database.alembic.command says which by `-n NAME`"
    assert said in str(tree.read(files))
    files["alembic.ini"] = "[DEFAULT]\nscript_location = alembic\n[alembic]\n[tenant]\nscript_location = b\n"
    assert sorted(tree.read(files).revisions) == ["a1"]
