"""How the house is built: what may import what, and what every task owes its reader."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tasks

PROJECT = Path(__file__).parent.parent.parent
FILES = sorted((PROJECT / "tasks").rglob("*.py"))
ROOMS = {  # what each folder may import; itself it may always
    "console": (),
    "config": ("console",),
    "ssh": ("config", "console"),
    "engine": ("ssh", "config", "console"),
    "tools": ("ssh", "config", "console"),
    "preflight": ("tools", "engine", "ssh", "config", "console"),
    "incident": ("preflight", "tools", "engine", "ssh", "config", "console"),
    "steps": ("incident", "preflight", "tools", "engine", "ssh", "config", "console"),
    "playbooks": ("steps", "preflight", "engine", "ssh", "config", "console"),
    "": ("playbooks", "steps", "preflight", "engine", "console"),
}
SUBJECTS = {  # the folders of preflight: what each may import; the files beside them may import all
    "present": (),
    "history": (),
    "target": ("present", "history"),
    "backups": ("present",),
    "revisions": ("present",),
    "checks": ("present", "history", "backups"),
    "needs": ("present", "history", "target", "backups", "revisions", "checks"),
    "discovery": ("backups",),
}
HEAVY = {"rich", "apprise", "jinja2", "alembic"}
# A contract: other people's scripts and checklists use these names.
NAMES = {
    *("git." + name for name in ("log", "last-good", "checkout", "return-to-main")),
    *("containers." + name for name in ("rebuild", "restart", "stop", "start", "build", "status", "prune")),
    *("db." + name for name in ("current", "history", "downgrade", "preview", "heads", "rehearse")),
    *("backups." + name for name in ("restore", "create", "list", "check", "prune")),
    *("incident." + name for name in ("logs", "report", "checklist", "notify")),
    *("release." + name for name in ("begin", "record", "list", "check", "stats")),
    *("runs." + name for name in ("list", "show")),
    *("code-rollback", "migration-rollback", "container-restart", "full-rollback", "emergency-restore"),
    *("diagnose", "verify", "status", "check", "resume", "undo", "about", "init", "drill", "converge"),
}
TASKS = {name: tasks.ns[name] for name in tasks.ns.task_names}


def room(file: Path) -> str:
    """The folder below tasks that a file lies in; empty for those at its top."""
    parts = file.relative_to(PROJECT / "tasks").parts
    return parts[0] if len(parts) > 1 else ""


def subject(file: Path) -> str:
    """The folder of a room that a file lies in; empty for those at the room's top."""
    parts = file.relative_to(PROJECT / "tasks").parts
    return parts[1] if len(parts) > 2 else ""


def name(file: Path) -> str:
    """What a file is called in this project."""
    return str(file.relative_to(PROJECT))


@functools.cache
def nodes(file: Path) -> list[ast.AST]:
    """All that a file consists of."""
    return list(ast.walk(ast.parse(file.read_text())))


@functools.cache
def imports(file: Path) -> set[Path]:
    """The files that a file imports from inside the package."""
    found = set()
    for node in nodes(file):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = file.parents[node.level - 1].joinpath(*filter(None, (node.module or "").split(".")))
            found |= {at for alias in node.names for at in (_module(base / alias.name) or _module(base),) if at}
    return found


def _module(path: Path) -> Path | None:
    return next((at for at in (path.with_suffix(".py"), path / "__init__.py") if at.is_file()), None)


def test_a_room_imports_only_what_lies_below_it():
    allowed = {room(file): {room(file), *ROOMS[room(file)]} for file in FILES}
    assert [
        (name(file), name(one)) for file in FILES for one in imports(file) if room(one) not in allowed[room(file)]
    ] == []


def test_a_folder_of_preflight_imports_only_what_lies_below_it():
    within = {file: subject(file) for file in FILES if room(file) == "preflight"}
    wrong = [
        (name(file), name(one))
        for file, own in within.items()
        for one in imports(file)
        if own and within.get(one, own) not in {own, *SUBJECTS[own]}
    ]
    assert wrong == []


def test_no_file_is_part_of_a_circle():
    graph = {file: imports(file) - {file} for file in FILES}
    while leaves := {file for file, wanted in graph.items() if not wanted & graph.keys()}:
        graph = {file: wanted for file, wanted in graph.items() if file not in leaves}
    assert sorted(map(name, graph)) == []


def test_no_two_files_have_one_name():
    names = [file.name for file in FILES if file.name != "__init__.py"]
    assert sorted({one for one in names if names.count(one) > 1}) == []


def test_no_script_takes_a_name_from_a_function_that_it_sources():
    """The sourced ones would call the script's then; `tidy` is there to be taken."""
    scripts = {
        file.relative_to(PROJECT / "tasks").as_posix(): file.read_text() for file in (PROJECT / "tasks").rglob("*.sh")
    }
    own = {name: set(re.findall(r"^(\w+)\(\)", text, re.MULTILINE)) - {"tidy"} for name, text in scripts.items()}
    taken = [(name, other, own[name] & own[other]) for name in scripts for other in sourced(scripts, name)]
    assert [one for one in taken if one[2]] == []


def test_a_script_that_is_called_is_there():
    """`compose.call` names those of its own folder; they are looked for when the step runs only."""
    places = [PROJECT / "tasks", PROJECT / "tasks" / "tools" / "compose"]
    asked = [
        (name(file), argument.value)
        for file in FILES
        for node in nodes(file)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "call"
        for argument in node.args
        if isinstance(argument, ast.Constant) and str(argument.value).endswith(".sh")
    ]
    assert len(asked) > 30
    assert [one for one in asked if not any((place / one[1]).is_file() for place in places)] == []


def sourced(scripts: dict[str, str], name: str) -> set[str]:
    """The scripts that one sources, directly or through others."""
    named = set(re.findall(r'^\. "\$SCRIPTS/([\w./-]+)"', scripts[name], re.MULTILINE))
    return named.union(*(sourced(scripts, other) for other in named))


def test_inside_the_package_every_import_is_relative():
    """The same package installs as fab_rollback; `tasks` would be the operator's own."""
    own = {"tasks", "fab_rollback", "fabfile", "sandbox", "tests"}
    assert {name(file): outside(file) & own for file in FILES if outside(file) & own} == {}


def outside(file: Path) -> set[str]:
    """The packages that a file imports by their names."""
    names = set()
    for node in nodes(file):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add((node.module or "").split(".")[0])
    return names


def calls(file: Path) -> set[str]:
    """The methods a file calls, as `name.method`."""
    found = (node.func for node in nodes(file) if isinstance(node, ast.Call))
    return {f"{f.value.id}.{f.attr}" for f in found if isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name)}


def test_a_playbook_runs_no_command_itself():
    playbooks = [f for f in FILES if room(f) == "playbooks"]
    plain = {f"{name}.{method}" for name in ("c", "host", "member") for method in ("run", "sh", "ask", "put", "get")}
    assert {f.name: calls(f) & plain for f in playbooks if calls(f) & plain} == {}


def test_nothing_runs_on_the_operators_machine_by_fabric():
    """`c.run` of a plain context would; everything goes through the host's own `sh` and `ask`."""
    found = {f"{f.name}: {call}" for f in FILES for call in calls(f)}
    assert {
        c for c in found if c.split(": ")[1] in ("c.run", "c.local", "c.sudo", "member.run", "member.local")
    } == set()


def test_every_task_has_a_name_of_the_contract():
    assert set(TASKS) - NAMES == set()


@pytest.mark.parametrize("name", TASKS)
def test_a_task_says_in_one_imperative_sentence_what_it_does(name):
    first = (TASKS[name].__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
    verb = first.split()[0] if first else ""
    assert verb[:1].isupper(), first
    assert not verb.endswith("s") and verb not in ("The", "A", "An", "This"), first
    assert first.endswith("."), first


def test_no_file_is_longer_than_one_can_take_in():
    assert [name(file) for file in FILES if len(file.read_text().splitlines()) > 250] == []


def test_to_list_the_tasks_needs_no_hosts_yaml_and_none_of_the_heavy_libraries(tmp_path):
    code = (
        "import sys; sys.argv = ['fab', '--list']; sys.path.insert(0, '.')\n"
        "from fabric.main import program\n"
        "try: program.run()\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env={"PATH": "/usr/bin:/bin", "ROLLBACK_HOSTS_FILE": str(tmp_path / "nope"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    assert "full-rollback" in ran.stdout
    loaded = set(ran.stderr.strip().splitlines()[-1].split())
    assert loaded & HEAVY == set()
