"""An environment written into hosts.yaml: every value with its reason, every other line as it was."""

from __future__ import annotations

import stat

import pytest
import yaml

from tasks.config import hostsfile, writing
from tasks.config.writing import Line
from tasks.console.errors import Refused

LINES = [
    Line(("hosts",), [{"host": "${SHOP_HOST:-h}"}], "as it was reached"),
    Line(("app", "path"), "shop", "compose works in it"),
    Line(("compose", "file"), ["a.yml", "on"], "labels"),
    Line(("compose", "services", "backend"), "app", "two\nlines # of it"),
    Line(("compose", "services", "frontend"), "SERVICE", "fill in", open=True),
    Line(("health",), {"urls": ["http://x/"]}, "fill in", open=True),
]
FILE = """\
# ours
default: staging   # always
environments:
    staging: {hosts: [{host: s}], app: {path: s}, compose: {}}   # first
    # a comment of its own
    old:
      hosts:
        - host: o     # why
      app: {path: o}
      compose:
        services: {backend: |-
          app
          }
      # what belongs to old

# the end
"""


@pytest.fixture
def file(tmp_path):
    """A hosts.yaml of the operator's."""
    (tmp_path / "hosts.yaml").write_text(FILE.replace("|-\n          app\n          }", "app}"))
    return tmp_path / "hosts.yaml"


def meant(text: str):
    """What the text means."""
    return hostsfile.parse("hosts.yaml", text)


def test_a_new_file_has_the_environment_and_is_valid(tmp_path):
    path = tmp_path / "hosts.yaml"
    text = writing.place(path, "shop").filled("shop", LINES)
    assert meant(text) == {
        "default": "shop",
        "environments": {
            "shop": {
                "hosts": [{"host": "${SHOP_HOST:-h}"}],
                "app": {"path": "shop"},
                "compose": {"file": ["a.yml", "on"], "services": {"backend": "app"}},
            }
        },
    }
    writing.meant(path, text, "shop")


def test_every_value_has_its_reason_on_its_line_and_what_is_open_is_a_comment(tmp_path):
    lines = writing.place(tmp_path / "hosts.yaml", "shop").filled("shop", LINES).splitlines()
    backend = next(line for line in lines if "backend" in line)
    assert backend.split("#", 1) == ["        backend: app" + " " * 25, " two lines # of it"]
    assert "        # frontend: SERVICE                  # fill in" in lines
    assert lines[-1].startswith("    # health: {urls: ['http://x/']}")


def test_what_is_put_into_a_file_leaves_every_other_line_as_it_was(file):
    before = file.read_text().splitlines()
    text = writing.place(file, "shop").filled("shop", LINES)
    after = text.splitlines()
    start = after.index("    shop:")
    assert [*after[: start - 1], *after[start + len(LINES) + 4 :]] == before
    assert after[start - 2] == "      # what belongs to old"
    assert list(meant(text)["environments"]) == ["staging", "old", "shop"]
    assert meant(text)["default"] == "staging"


def test_an_environment_of_that_name_is_refused_or_replaced_in_its_place(file):
    with pytest.raises(Refused, match="has an environment 'old' already: --name names another, --replace"):
        writing.place(file, "old")
    text = writing.place(file, "old", replace=True).filled("old", LINES)
    assert list(meant(text)["environments"]) == ["staging", "old"]
    assert meant(text)["environments"]["old"]["app"] == {"path": "shop"}
    assert "# a comment of its own\n" in text and "# the end\n" in text


def test_a_file_that_does_not_end_its_last_line_is_put_into_as_well(file):
    file.write_text(file.read_text().split("    # a comment")[0].rstrip("\n"))
    assert list(meant(writing.place(file, "shop").filled("shop", LINES))["environments"]) == ["staging", "shop"]


def test_what_cannot_be_put_into_is_refused(file):
    file.write_text("environments: {a: {hosts: [{host: s}], app: {path: s}, compose: {}}}\n")
    with pytest.raises(Refused, match="environments stand in braces"):
        writing.place(file, "shop")
    file.write_text("environment: 1\n")
    with pytest.raises(Refused, match="unknown key 'environment'"):
        writing.place(file, "shop")


def test_what_the_tasks_would_refuse_is_not_written(tmp_path):
    text = writing.place(tmp_path / "hosts.yaml", "shop").filled("shop", [*LINES, Line(("nothing",), 1, "")])
    with pytest.raises(Refused, match="unknown key 'nothing'"):
        writing.meant(tmp_path / "hosts.yaml", text, "shop")


HOSTILE = ["a: b # c", "'", '"x', "${X", "- x", "on", "1", "é\u2028", "{a}", "x\\n", "*x", "%"]


@pytest.mark.parametrize("value", HOSTILE)
def test_whatever_a_host_calls_something_stays_a_value(tmp_path, value):
    lines = [*LINES[:1], Line(("app", "path"), value, f"{value}\n{value}"), Line(("compose", "project"), "x", "y")]
    found = yaml.safe_load(writing.place(tmp_path / "hosts.yaml", "shop").filled("shop", lines))
    assert found["environments"]["shop"]["app"] == {"path": value}
    assert found["environments"]["shop"]["compose"] == {"project": "x"}


def test_a_new_file_is_the_owners_alone_and_a_known_one_stays_whose_it_was(tmp_path):
    path, link = tmp_path / "hosts.yaml", tmp_path / "link.yaml"
    writing.save(path, "a\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    link.symlink_to(path)
    writing.save(link, "b\n")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode), link.is_symlink()) == ("b\n", 0o640, True)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["hosts.yaml", "link.yaml"]


def test_a_folder_that_cannot_be_written_to_is_one_line(tmp_path):
    with pytest.raises(Refused, match="cannot be written: No such file"):
        writing.save(tmp_path / "missing" / "hosts.yaml", "a\n")
