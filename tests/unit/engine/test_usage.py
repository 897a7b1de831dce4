"""What cannot be meant is refused in a line that names what may be."""

from __future__ import annotations

import pytest
from fabric.main import make_program


def typed(monkeypatch, capsys, folder, line: str) -> str:
    """Return what is said to somebody who types `fab LINE`, which ends as a refusal."""
    program = make_program()
    monkeypatch.setattr("fabric.main.program", program)
    (folder / "fabfile.py").write_text(
        "import tasks\nfrom tasks.engine import mounting\nns = mounting.offer(tasks.ns)\n"
    )
    with pytest.raises(SystemExit) as ended:
        program.run(["fab", "--search-root", str(folder), *line.split()])
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("xyzzy", "No idea what 'xyzzy' is!"),
        ("full-rollbak", "No idea what 'full-rollbak' is, did you mean 'full-rollback'?"),
        ("full-rollback --comit x", "No idea what '--comit' is, did you mean '--commit'?"),
        ("verify --comit=x", "No idea what '--comit' is, did you mean '--commit'?"),
        ("status surplus", "No idea what 'surplus' is!"),
        ("runs.show last", "No idea what 'last' is, did you mean '--run last'?"),
        ("full-rollback abc1234", "No idea what 'abc1234' is, did you mean '--commit abc1234'?"),
        ("--help xyzzy", "No idea what 'xyzzy' is!"),
        ("git.log --count", "--count: needs a value"),
        ("init", "Which host? fab init USER@HOST [--key FILE] [--known-hosts FILE], as ssh reaches it."),
        ("init --name x -y", "No idea what '-y' is"),
        ("init u@h surplus", "No idea what 'surplus' is!"),
        ("full-rollback --image", "--image: needs a value"),
        ("full-rollback --image app=x:1 --image web", "--image: 'web' is not SERVICE=IMAGE"),
    ],
)
def test_what_nobody_can_mean_is_a_refusal_in_one_line(monkeypatch, capsys, tmp_path, line, words):
    said = typed(monkeypatch, capsys, tmp_path, line)
    assert said.startswith(words) and said.endswith("Nothing was changed.\n") and said.count("\n") == 1


def test_a_line_without_a_task_names_commands_that_can_be_typed(monkeypatch, capsys, tmp_path):
    said = typed(monkeypatch, capsys, tmp_path, "")
    assert [line.strip().partition(":")[0] for line in said.splitlines()[1:-1]] == [
        "fab status",
        "fab diagnose",
        "fab full-rollback --plan",
    ]
