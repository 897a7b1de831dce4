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
