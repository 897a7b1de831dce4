"""Where migrations are looked for; Alembic itself judges wherever it can."""

import os
import warnings
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from tasks.config.database_section import Alembic
from tasks.tools.alembic.revisions import Undecidable


def alembics_own(path, config="alembic.ini"):
    """The ids that Alembic finds in the checkout, started beside its configuration."""
    toml = config if config.endswith(".toml") else "pyproject.toml"
    ini = "alembic.ini" if config.endswith(".toml") else config
    folder = (path / config).parent
    ini, toml = (Path(name).name for name in (ini, toml))
    before = Path.cwd()
    os.chdir(folder)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            script = ScriptDirectory.from_config(Config(ini, toml_file=toml))
            return sorted(revision.revision for revision in script.walk_revisions())
    finally:
        os.chdir(before)


@pytest.mark.parametrize(
    "options",
    [
        "script_location = alembic",
        "script_location = ./alembic/",
        "script_location = %(here)s/alembic",
        "script_location = %(here)s/alembic\nversion_locations = %(here)s/one %(here)s/two",
        "script_location = alembic\nversion_locations = one, two",
        "script_location = alembic\npath_separator = os\nversion_locations = one:two",
        "script_location = alembic\npath_separator = space\nversion_locations = one two",
        "script_location = alembic\npath_separator = newline\nversion_locations = one\n two",
        "script_location = alembic\nversion_path_separator = :\nversion_locations = one:two",
        "script_location = alembic\nversion_path_separator = ;\nversion_locations = one;not there",
        "script_location = alembic\nversion_locations = one\nrecursive_version_locations = True",
        "script_location = alembic\nversion_locations = one one/deep one\npath_separator = space",
        "script_location = alembic\npath_separator = os\nversion_locations = one : two:",
        "script_location = alembic\nversion_locations = not-there",
        "script_location = %(base)s\nbase = alembic",
    ],
)
def test_the_options_mean_what_they_mean_to_alembic(tree, migration, options):
    files = {
        "alembic.ini": f"[alembic]\n{options}\n",
        "alembic/env.py": "",
        "alembic/versions/.#lock.py": "broken(",
        "alembic/versions/__init__.py": "",
        "alembic/versions/__init__old.py": "",
        "alembic/versions/notes.txt": "",
        "alembic/versions/1.py": migration("a1"),
        "alembic/versions/deep/1.py": migration("a2"),
        "one/1.py": migration("b1"),
        "one/deep/1.py": migration("b2"),
        "one/deep/__pycache__/1.py": migration("b3"),
        "two/1.py": migration("c1"),
    }
    answer = tree.read(files)
    if isinstance(answer, Undecidable):
        assert "not-there" in options
    else:
        assert sorted(answer.revisions) == alembics_own(tree.path)


@pytest.mark.parametrize(
    "options",
    [
        'script_location = "alembic"',
        'script_location = "%(here)s/alembic"\nversion_locations = ["one", "%(here)s/two"]',
    ],
)
@pytest.mark.parametrize("folder", ["", "backend/"])
def test_pyproject_configures_as_well(tree, migration, options, folder):
    files = {
        "pyproject.toml": f"[tool.alembic]\n{options}\n",
        "alembic/env.py": "",
        "alembic/versions/1.py": migration("a1"),
        "one/1.py": migration("b1"),
        "one/deep/1.py": migration("b2"),
        "two/1.py": migration("c1"),
    }
    config = f"{folder}pyproject.toml"
    answer = tree.read({folder + name: text for name, text in files.items()}, config=config)
    assert sorted(answer.revisions) == alembics_own(tree.path, config)


@pytest.mark.parametrize("location", ["db", "%(here)s/db", "backend/db"])
def test_a_configuration_in_a_subfolder_may_be_used_from_there_or_from_the_top(tree, migration, location):
    files = {
        "backend/alembic.ini": f"[alembic]\nscript_location = {location}\n",
        "backend/db/env.py": "",
        "backend/db/versions/1.py": migration("a1"),
    }
    assert tree.read(files, config="backend/alembic.ini").heads() == ["a1"]


def test_all_relative_locations_are_relative_to_the_same_folder(tree, migration):
    files = {
        "backend/alembic.ini": "[alembic]\nscript_location = db\nversion_locations = versions\n",
        "backend/db/env.py": "",
        "backend/versions/1.py": migration("a1"),
        "versions/1.py": migration("of another project"),
    }
    assert tree.read(files, config="backend/alembic.ini").heads() == ["a1"]


def test_two_folders_that_a_relative_location_may_mean_are_undecidable(tree, migration):
    files = {
        "backend/alembic.ini": "[alembic]\nscript_location = db\n",
        "backend/db/env.py": "",
        "db/env.py": "",
        "db/versions/1.py": migration("a1"),
    }
    answer = tree.read(files, config="backend/alembic.ini")
    assert str(answer) == "backend/alembic.ini: script_location db: env.py found in backend/db, db"


@pytest.mark.parametrize("location", ["my.app:db", "my.app:db:", "my:app/db", "my:app:db"])
def test_a_location_in_a_package_is_found_wherever_the_package_lies(tree, migration, location):
    files = {
        "alembic.ini": f"[alembic]\nscript_location = {location}\n",
        "src/my/app/db/env.py": "",
        "src/my/app/db/versions/1.py": migration("a1"),
    }
    assert tree.read(files).heads() == ["a1"]


def test_migrations_of_an_installed_package_are_undecidable(tree, migration):
    files = {
        "alembic.ini": "[alembic]\nscript_location = db\nversion_locations = plugin:versions\npath_separator = space\n",
        "db/env.py": "",
        "db/versions/1.py": migration("a1"),
    }
    assert str(tree.read(files)).startswith("alembic.ini: version_locations plugin:versions")


def test_flask_migrate_names_no_script_location_and_means_its_own_folder(tree, migration):
    files = {
        "migrations/alembic.ini": "[alembic]\n",
        "migrations/env.py": "",
        "migrations/versions/1.py": migration("a1"),
    }
    assert tree.read(files, config="migrations/alembic.ini").heads() == ["a1"]


@pytest.mark.parametrize("folder", ["", "backend/"])
def test_an_absolute_location_is_one_inside_the_image_and_means_the_folder_that_ends_like_it(tree, migration, folder):
    files = {
        "alembic.ini": "[alembic]\nscript_location = /srv/db/alembic\nversion_locations = /srv/db/alembic/all\n",
        f"{folder}db/alembic/env.py": "",
        f"{folder}db/alembic/all/1.py": migration("a1"),
        "other/alembic/env.py": "",
        "other/alembic/all/1.py": migration("b1"),
    }
    assert tree.read(files).heads() == ["a1"]


@pytest.mark.parametrize("options", ["script_location = /srv/x", "script_location = db\nversion_locations = /srv/x"])
def test_an_absolute_location_that_no_folder_ends_like_is_undecidable(tree, migration, options):
    files = {"alembic.ini": f"[alembic]\n{options}\n", "db/env.py": "", "db/1.py": migration("a1")}
    assert str(tree.read(files)) == "alembic.ini: /srv/x lies outside the repository"


def test_two_folders_that_end_like_an_absolute_location_are_undecidable(tree, migration):
    files = {"alembic.ini": "[alembic]\nscript_location = /app/db\n", "a/db/env.py": "", "b/db/env.py": ""}
    assert str(tree.read(files)) == "alembic.ini: script_location /app/db: env.py found in a/db, b/db"


def test_a_section_of_another_name_counts_where_alembic_is_told_it(tree, migration):
    files = {
        "alembic.ini": "[alembic]\nscript_location = one\n[shop]\nscript_location = two\n",
        "one/env.py": "",
        "one/versions/1.py": migration("a1"),
        "two/env.py": "",
        "two/versions/1.py": migration("b1"),
    }
    assert tree.read(files, section="shop").heads() == ["b1"]


@pytest.mark.parametrize(
    ("command", "section"),
    [
        ("alembic", "alembic"),
        ("alembic -n shop", "shop"),
        ("poetry run alembic --name=shop -c x.ini", "shop"),
        ("python -m alembic --name shop", "shop"),
        ("flask db", "alembic"),
    ],
)
def test_which_section_counts_is_in_the_words_of_the_command(command, section):
    assert Alembic(service="app", command=command).section == section


@pytest.mark.parametrize("ini", [True, False], ids=["flask-migrate", "in Python"])
def test_a_script_folder_may_be_named_in_place_of_a_file(repository, migration, ini):
    files = {"db/env.py": "", "db/versions/1.py": migration("a1"), "db/readme": "x"}
    made = {**files, **({"db/alembic.ini": "[alembic]\n"} if ini else {})}
    assert repository.read(made, config="db").heads() == ["a1"]


def test_a_commit_from_before_alembic_says_so(tree):
    answer = tree.read({"app.py": "", "pyproject.toml": "[tool.other]\n"})
    assert str(answer) == "alembic.ini: does not configure Alembic in this commit"


def test_a_commit_with_its_configuration_elsewhere_is_not_taken_for_one_without(tree, project, migration):
    files = project({"1.py": migration("a1")})
    answer = tree.read(files, config="backend/alembic.ini")
    assert str(answer) == "backend/alembic.ini: does not configure Alembic in this commit; it has alembic.ini"


def test_migrations_without_any_configuration_are_undecidable(tree, migration):
    answer = tree.read({"db/1.py": migration("a1")})
    assert str(answer) == "alembic.ini: does not configure Alembic in this commit"


def test_a_configuration_that_points_past_the_migrations_is_undecidable(tree, project, migration):
    files = project({}, **{"elsewhere/1.py": migration("a1")})
    assert "elsewhere/1.py looks like one" in str(tree.read(files))


def test_alembic_set_up_without_a_migration_is_an_empty_graph(tree, project):
    assert tree.read(project({})).heads() == []


@pytest.mark.parametrize("link", ["alembic/versions/2.py", "alembic/versions", "alembic"])
def test_what_lies_behind_a_symbolic_link_is_undecidable(tree, project, migration, link):
    files = project({"1.py": migration("a1")})
    kept = {name: text for name, text in files.items() if not name.startswith(f"{link}/")}
    answer = tree.read(kept, links={link: "/somewhere"})
    assert str(answer) == f"{link}: is a symbolic link or a submodule"
