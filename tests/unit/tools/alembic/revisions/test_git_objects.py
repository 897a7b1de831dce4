import base64
import gzip
import subprocess

import pytest

from tasks.config.database_section import Alembic
from tasks.ssh.shell import Answer
from tasks.tools.alembic import revisions
from tests.unit.support.laid import with_files


def test_two_commits_are_read_in_one_go_from_a_path_with_blanks_and_quotes(repository, project, migration):
    old = repository.commit(project({"1.py": migration("a1")}))
    both = project({"1.py": migration("a1"), "2 b.py": migration("b2", "a1")})
    new = repository.commit(both)
    answers = revisions.parse(repository.fetch(new, old), "alembic.ini")
    assert answers[old].heads() == ["a1"]
    assert answers[new].heads() == ["b2"]
    assert answers[new].revisions["b2"].path == "alembic/versions/2 b.py"


def test_a_blob_of_two_commits_is_sent_once(repository, project, migration, monkeypatch):
    old = repository.commit(project({"1.py": migration("a1", body="# only once\n")}))
    new = repository.commit(project({"1.py": migration("a1", body="# only once\n"), "2.py": migration("b2", "a1")}))
    sent = _unpacked(repository.fetch(old, new))
    assert sent.count(b"# only once") == 1


def test_files_that_can_be_no_migration_are_not_sent(repository, project, migration):
    files = project({"1.py": migration("a1")}, **{"app/secret.py": "TOKEN = 'x1y2'"})
    assert b"x1y2" not in _unpacked(repository.fetch(repository.commit(files)))


def test_a_short_name_of_a_commit_is_the_key_of_the_answer(repository, project, migration):
    commit = repository.commit(project({"1.py": migration("a1")}))
    assert list(revisions.parse(repository.fetch(commit[:8]), "alembic.ini")) == [commit[:8]]


def test_a_commit_that_is_not_there_is_said_so_and_the_other_is_read(repository, project, migration):
    commit = repository.commit(project({"1.py": migration("a1")}))
    answers = revisions.parse(repository.fetch("0" * 40, commit), "alembic.ini")
    assert str(answers["0" * 40]) == "the repository has no such commit"
    assert answers[commit].heads() == ["a1"]


@pytest.mark.parametrize("commit", ["", "-x", "a b", "HEAD:path", "a\nb", "a\0b"])
def test_a_commit_that_git_could_take_for_something_else_is_refused(commit):
    with pytest.raises(ValueError, match="not the name of a commit"):
        revisions.fetch_script("app", [commit], "alembic.ini")


@pytest.mark.parametrize("config", ["", "/etc/passwd", "../alembic.ini", "a\nb"])
def test_a_configuration_outside_the_repository_is_refused(config):
    with pytest.raises(ValueError, match="not a path inside"):
        revisions.fetch_script("app", ["main"], config)


def test_names_in_any_script_come_through(repository, project, migration):
    files = project({"é \n$(touch x)'.py": migration("a1"), "ü.py": migration("b2")})
    assert list(repository.read(files).revisions) == ["b2"]


@pytest.mark.parametrize("config", ["db/my conf [1].ini", "$(touch x)/é.conf", "a^b/c.ini"])
def test_any_name_of_a_configuration_is_found(repository, config, migration):
    folder = config.rpartition("/")[0]
    files = {
        config: "[alembic]\nscript_location = %(here)s\n",
        f"{folder}/env.py": "",
        f"{folder}/versions/1.py": migration("a1"),
    }
    assert repository.read(files, config=config).heads() == ["a1"]


def test_the_checkout_may_be_a_folder_inside_the_repository(repository, project, migration):
    commit = repository.commit(project({"1.py": migration("a1")}))
    script = revisions.fetch_script(str(repository.path / "alembic"), [commit], "alembic.ini")
    run = subprocess.run(["sh", "-c", with_files(script)], check=True, capture_output=True, text=True)
    assert revisions.parse(run.stdout, "alembic.ini")[commit].heads() == ["a1"]


def test_the_script_fails_where_there_is_no_repository(tmp_path):
    script = revisions.fetch_script(str(tmp_path), ["main"], "alembic.ini")
    run = subprocess.run(["sh", "-c", with_files(script)], capture_output=True, text=True)
    assert run.returncode != 0
    assert "not a git repository" in run.stderr


def test_no_cut_of_the_output_is_taken_for_an_answer(repository, project, migration):
    commit = repository.commit(project({"1.py": migration("a1"), "2.py": migration("b2", "a1")}))
    output = repository.fetch(commit)
    for length in range(0, len(output.rstrip()), 7):
        with pytest.raises(revisions.BadOutputError):
            revisions.parse(output[:length], "alembic.ini")


def test_no_cut_inside_the_stream_is_taken_for_an_answer(repository, project, migration):
    commit = repository.commit(project({"1.py": migration("a1"), "2.py": migration("b2", "a1")}))
    stream = _unpacked(repository.fetch(commit))
    for length in range(len(stream)):
        cut = base64.b64encode(gzip.compress(stream[:length], 1)).decode()
        with pytest.raises(revisions.BadOutputError):
            revisions.parse(cut, "alembic.ini")


def test_what_did_not_arrive_whole_makes_every_graph_undecidable_and_says_why():
    probe = revisions.probe("app", ["a", "b"], Alembic(service="app"))
    answer = probe.read({"": Answer("", "not a git repository", 128)})
    assert answer == {name: revisions.Undecidable("not a git repository", torn=True) for name in "ab"}


def _unpacked(output):
    return gzip.decompress(base64.b64decode(output))
