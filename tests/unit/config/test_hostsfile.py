"""hosts.yaml is found and read as YAML."""

from __future__ import annotations

import pytest

from tasks.config import hostsfile
from tasks.console.errors import Refused


def test_the_file_that_is_named_is_used_wherever_one_stands(tmp_path, monkeypatch):
    monkeypatch.setenv("ROLLBACK_HOSTS_FILE", "other.yaml")
    monkeypatch.chdir(tmp_path)
    assert hostsfile.locate() == tmp_path / "other.yaml"


def test_without_a_file_in_any_folder_above_it_is_said_how_to_name_one(tmp_path, monkeypatch):
    monkeypatch.delenv("ROLLBACK_HOSTS_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refused, match=r"No hosts\.yaml in .* ROLLBACK_HOSTS_FILE can name one"):
        hostsfile.locate()


def test_a_key_that_stands_twice_is_told_with_its_line(tmp_path):
    (tmp_path / "hosts.yaml").write_text("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n")
    with pytest.raises(Refused, match=r"hosts\.yaml: is not YAML: the key 'c' stands twice .*line 5"):
        hostsfile.read(tmp_path / "hosts.yaml")


def test_texts_of_any_language_are_read(tmp_path):
    (tmp_path / "hosts.yaml").write_text("ä: ü\n1: x\n", encoding="utf-8")
    assert hostsfile.read(tmp_path / "hosts.yaml") == {"ä": "ü", 1: "x"}


def test_a_key_that_can_be_none_is_refused_in_one_line(tmp_path):
    (tmp_path / "hosts.yaml").write_text("? [a, b]\n: x\n")
    with pytest.raises(Refused, match="is not YAML: .*unhashable key"):
        hostsfile.read(tmp_path / "hosts.yaml")


def test_what_is_no_text_is_refused(tmp_path):
    (tmp_path / "hosts.yaml").write_bytes(b"a: \xff")
    with pytest.raises(Refused, match="is not YAML"):
        hostsfile.read(tmp_path / "hosts.yaml")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder that is stood in, and the ways in which it has files."""
    monkeypatch.delenv("ROLLBACK_HOSTS_FILE", raising=False)
    monkeypatch.chdir(tmp_path)

    def holds(*names: str):
        for name in names:
            (tmp_path / name).write_text("")
        return tmp_path

    return holds


def test_the_operators_own_file_is_used_beside_the_one_that_others_keep(here):
    folder = here("hosts.yaml", "hosts.local.yaml")
    assert hostsfile.in_use() == [folder / "hosts.yaml", folder / "hosts.local.yaml"]
    assert hostsfile.locate() == folder / "hosts.yaml"


def test_the_operators_own_file_alone_will_do(here):
    folder = here("hosts.local.yaml")
    assert (hostsfile.in_use(), hostsfile.to_write()) == ([hostsfile.locate()], folder / "hosts.local.yaml")


def test_what_is_written_is_the_file_in_use_or_a_new_one_here(here, monkeypatch):
    folder = here()
    assert hostsfile.to_write() == folder / "hosts.yaml"
    here("hosts.yaml")
    assert hostsfile.to_write() == folder / "hosts.yaml"
    here("hosts.local.yaml")
    assert hostsfile.to_write() == folder / "hosts.local.yaml"
    monkeypatch.setenv("ROLLBACK_HOSTS_FILE", str(folder / "other.yaml"))
    assert hostsfile.to_write() == folder / "other.yaml"


def test_the_file_that_came_with_these_tasks_is_never_written(here, monkeypatch):
    folder = here("hosts.yaml")
    monkeypatch.setattr(hostsfile, "SHIPPED", folder / "hosts.yaml")
    assert hostsfile.to_write() == folder / "hosts.local.yaml"


def test_the_file_that_came_with_these_tasks_is_known_and_the_operators_own_is_left_alone_by_git():
    assert hostsfile.SHIPPED.is_file()
    ignored = (hostsfile.SHIPPED.parent / ".gitignore").read_text().splitlines()
    assert {"hosts.local.yaml", ".env.local.example"} <= set(ignored)
