"""The pages of docs/ and README.md: what they name is there, and what is there they name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import tasks
from docs import reference
from tasks.config import around, database_section, inventory, settings

PROJECT = Path(__file__).parent.parent.parent
PAGES = {str(p.relative_to(PROJECT)): p.read_text() for p in [PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")]}
TASKS = {name: tasks.ns[name] for name in tasks.ns.task_names}
OF_FABRIC = {"-H": 1, "--list": 0, "--print-completion-script": 1}  # options, and how many words follow them
KEYS = {  # the chapter of hosts-yaml.md that explains a section of the file
    "The file": settings.Inventory,
    "An environment": settings.EnvironmentSettings,
    "hosts": settings.HostSettings,
    "app": settings.App,
    "compose": settings.Compose,
    "database": database_section.DatabaseSettings,
    "Where backups are": database_section.Storage,
    "alembic": database_section.Alembic,
    "health": settings.Health,
    "An address": settings.Address,
    "notify": around.Notices,
    "objectives": settings.Objectives,
    "hooks": around.Hooks,
    "A hook": around.Hook,
}


def fenced(text: str, kind: str) -> list[str]:
    """The blocks of one kind in a page."""
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(text: str) -> Iterator[str]:
    """Every `fab ...` of a page, in a line of a block or in a sentence."""
    for block in fenced(text, "(?:sh)?"):
        yield from re.findall(r"^(fab [^#\n]*)", block, re.MULTILINE)
    yield from re.findall(r"`(fab [^`]*)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def named(command: str) -> tuple[str, set[str]]:
    """The task of a command and its options; no task where only `fab` itself is meant."""
    words = shlex.split(command.partition(" | ")[0])[1:]
    while words and words[0] in OF_FABRIC:
        words = words[1 + OF_FABRIC[words[0]] :]
    options = {word.partition("=")[0] for word in words[1:] if word.startswith("--")}
    return (words[0] if words else ""), options


def known(name: str) -> set[str]:
    """The options of a task, as they are typed."""
    found = set()
    for one in TASKS[name].get_arguments():
        flag = one.name.replace("_", "-")
        found |= {f"--{flag}", f"--no-{flag}"} if one.kind is bool else {f"--{flag}"}
    return found | {"--help"}


@pytest.mark.parametrize("page", PAGES)
def test_a_command_in_a_page_can_be_typed(page):
    wrong = []
    for command in commands(PAGES[page]):
        task, options = named(command)
        name = task.removeprefix("rollback.")  # as the page on fabfiles mounts them
        if task not in ("", "NAME", "...") and (name not in TASKS or options - known(name)):
            wrong.append(command)
    assert wrong == []


@pytest.mark.parametrize("page", PAGES)
def test_a_link_in_a_page_leads_to_a_file_of_the_repository(page):
    made = {"docs/reference/tasks.md"}
    at = (PROJECT / page).parent
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", PAGES[page]) if "://" not in link]
    there = {link: (at / link).resolve() for link in links if link}
    assert [k for k, p in there.items() if not p.exists() and str(p.relative_to(PROJECT)) not in made] == []


def test_the_reference_has_every_task_with_its_options():
    page = reference.reference(tasks.ns)
    described = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL))
    rows = {
        name: set(re.findall(r"^\| `--(?:\[no-\])?([a-z-]+).*\| \S", text, re.MULTILINE))
        for name, text in described.items()
    }
    assert rows == {name: {one.name.replace("_", "-") for one in task.get_arguments()} for name, task in TASKS.items()}


def chapters(page: str) -> dict[str, set[str]]:
    """The keys in the tables of a page, by the heading that they stand under."""
    parts = re.findall(r"^##+ (.*?)\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL)
    return {heading: set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE)) for heading, text in parts}


@pytest.mark.parametrize("chapter", KEYS)
def test_the_keys_of_hosts_yaml_are_explained_and_no_others(chapter):
    assert chapters(PAGES["docs/reference/hosts-yaml.md"])[chapter] == set(KEYS[chapter].__struct_fields__)


def test_every_section_of_hosts_yaml_has_its_chapter():
    made = {one for one in vars(settings).values() if isinstance(one, type) and issubclass(one, settings.Section)}
    assert made - set(KEYS.values()) == {settings.Section, settings.Environment}


def test_what_is_shown_as_yaml_is_yaml():
    blocks = [(page, block) for page, text in PAGES.items() for block in fenced(text, "yaml")]
    assert blocks
    assert [(page, block) for page, block in blocks if not isinstance(yaml.safe_load(block), dict)] == []


def test_the_examples_of_hosts_yaml_can_be_read(tmp_path, monkeypatch):
    blocks = [one for text in PAGES.values() for one in fenced(text, "yaml") if one.count("environments:\n")]
    for number, block in enumerate(blocks):
        file = tmp_path / f"{number}.yaml"
        file.write_text(block)
        monkeypatch.setenv("ROLLBACK_HOSTS_FILE", str(file))
        assert inventory.load("production").compose.services
    assert len(blocks) >= 2


def test_no_picture_shows_a_traceback_or_a_path_of_the_machine_that_took_it():
    pictures = {
        file.name: re.sub("<[^>]*>|&#160;", " ", file.read_text()) for file in (PROJECT / "docs").rglob("*.svg")
    }
    assert pictures
    assert [
        name for name, text in pictures.items() if "Traceback" in text or re.search(r"(?<![\w/.~:])/\w+/\w+/", text)
    ] == []
