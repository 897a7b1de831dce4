"""What grows with the project: hosts, migrations, the history, and the database."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tasks.ssh.scripts import with_files
from tasks.tools.alembic import revisions

from . import copies, figures, fleet, stage
from .figures import MeasurementError, Table

MIGRATIONS = (10, 100, 1000)
HISTORY = (10, 1000, 100_000)
MIGRATION = '''"""number {n}"""
from alembic import op
import sqlalchemy as sa

revision = "{id}"
down_revision = {before}


def upgrade():
    op.add_column("cases", sa.Column("c{n}", sa.Text()))


def downgrade():
    op.drop_column("cases", "c{n}")
'''


def measure(repeat: int) -> list[Table]:
    """Return a table each of hosts, migrations, commits and database sizes."""
    migrations = {f"{count} migrations": repository(count, commits=2) for count in MIGRATIONS}
    histories = {f"{count:,} commits": repository(10, commits=count) for count in HISTORY}
    return [
        fleet.table(repeat),
        _table("Deriving a commit's revision: migrations", migrations, repeat, "≤ 1 s at 1,000"),
        _table("Deriving a commit's revision: length of the history", histories, repeat, "flat"),
        copies.table(repeat),
    ]


def _table(title: str, repositories: dict[str, Path], repeat: int, target: str) -> Table:
    runs = {name: lambda path=path: derive(path) for name, path in repositories.items()}
    found = figures.in_turns(runs, repeat)
    first = next(iter(found.values()))
    table = Table(title, ["", "seconds", "× the smallest", "target"])
    table.rows = [[name, figures.seconds(v), figures.ratio(v, first), target] for name, v in found.items()]
    table.notes = [
        "On this machine, without SSH: the script that reads the git objects of HEAD and of the commit before it, its "
        "output parsed to two graphs, and the two compared."
    ]
    return table


def derive(path: Path) -> float:
    """Return the seconds it takes to find out that the commit before HEAD needs one downgrade."""
    begun = time.monotonic()
    script = revisions.fetch_script(str(path), ["HEAD", "HEAD~1"], "alembic.ini")
    done = subprocess.run(["sh", "-c", with_files(script)], capture_output=True, text=True, check=True)
    graphs = revisions.parse(done.stdout, "alembic.ini")
    present = graphs["HEAD"]
    compared = revisions.compare(present, present.heads(), graphs["HEAD~1"])
    elapsed = time.monotonic() - begun
    if len(compared.downgrades) != 1:
        raise MeasurementError(f"{path.name}: {compared.kind}, {compared.reason}")
    return elapsed


def repository(migrations: int, commits: int) -> Path:
    """Return a repository of that many migrations and commits, the last of which adds the last migration."""
    path = stage.WORK / f"repository-{migrations}-{commits}"
    if (path / "complete").exists():
        return path
    shutil.rmtree(path, ignore_errors=True)
    subprocess.run(["git", "init", "-q", "-b", "main", path], check=True)
    stream = "".join(_stream(migrations, commits))
    subprocess.run(["git", "-C", path, "fast-import", "--quiet"], input=stream.encode(), check=True)
    subprocess.run(["git", "-C", path, "reset", "-q", "--hard"], check=True)
    (path / "complete").touch()
    return path


def _stream(migrations: int, commits: int) -> Iterator[str]:
    """Yield the text of `git fast-import`: all migrations but one, then commits that change a file, then the last."""
    files = {"alembic.ini": "[alembic]\nscript_location = alembic\n", "alembic/env.py": ""}
    files |= {f"alembic/versions/{n:012x}.py": _migration(n) for n in range(1, migrations)}
    yield _commit(1, files)
    for number in range(2, commits):
        yield _commit(number, {"CHANGES": f"{number}\n"})
    yield _commit(commits, {f"alembic/versions/{migrations:012x}.py": _migration(migrations)})


def _migration(number: int) -> str:
    before = repr(f"{number - 1:012x}") if number > 1 else None
    return MIGRATION.format(n=number, id=f"{number:012x}", before=before)


def _commit(number: int, files: dict[str, str]) -> str:
    lines = ["commit refs/heads/main", f"mark :{number}", f"committer A <a@example.org> {1_600_000_000 + number} +0000"]
    message = f"change {number}"
    lines.append(f"data {len(message)}\n{message}")
    lines += [f"from :{number - 1}"] if number > 1 else []
    lines += [f"M 100644 inline {name}\ndata {len(text.encode())}\n{text}" for name, text in files.items()]
    return "\n".join(lines) + "\n"
