"""The sample app's history: which files each commit holds, who made it, and when.

Everything is fixed, dates included, so that a variant has the same commit ids everywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from . import composefile, paths
from .variant import Variant

FOLDER = paths.PACKAGE / "app"
NAMES = ("v1", "v2", "v3")
HIDDEN = {"gitignore": ".gitignore", "dockerignore": ".dockerignore"}
# What stays at the top of the repository when the backend has a folder of its own.
TOP = (".gitignore", ".dockerignore", "README.md", "docker-compose.prod.yml", "docs/", "frontend/")


@dataclass(frozen=True)
class Commit:
    """One commit of the app: the release it completes (if any) and the release its files are of."""

    message: str
    author: str
    date: str
    files_of: str
    release: str | None = None
    notes: bool = False


ADA = "Ada Obi <ada.obi@example.org>"
TOM = "Tom Reyes <tom.reyes@example.org>"
HISTORY = (
    Commit("Register cases and show them", ADA, "2024-03-04T09:30:00+00:00", "v1", "v1"),
    Commit("Describe how we deploy", TOM, "2024-03-11T11:05:00+00:00", "v1", notes=True),
    Commit("Show the court of a case, bring in the archive", TOM, "2024-03-18T15:02:00+00:00", "v2", "v2", notes=True),
    Commit("Sort cases by priority", ADA, "2024-04-02T17:21:00+00:00", "v3", "v3", notes=True),
)
NOTES = """\
# Deploying

On the server: `git pull`, build, `alembic upgrade head`, `up -d`. Then look at `/health`.
"""


def files(commit: Commit, variant: Variant) -> dict[str, bytes]:
    """Return the repository's files at ``commit``: path in the repository to content."""
    found: dict[str, bytes] = {}
    for layer in _layers(commit.files_of, variant):
        found |= _read(layer)
    found = {path: data for path, data in found.items() if _wanted(path, variant)}
    found["docker-compose.prod.yml"] = composefile.render(variant).encode()
    if commit.notes:
        found["docs/DEPLOY.md"] = NOTES.encode()
    return {_place(path, variant): data for path, data in sorted(found.items())}


def _layers(release: str, variant: Variant) -> Iterator[str]:
    """Name the folders that add up to a release, each one overriding those before it."""
    flavours = {
        "no_database": not variant.database,
        "no_alembic": variant.database and not variant.alembic,
        "crash_loop": variant.crash_loop,
        "downgrade_raises": variant.downgrade_raises,
        "alembic_subfolder": variant.alembic_subfolder,
    }
    for level in ("common", *NAMES[: NAMES.index(release) + 1]):
        yield level
        yield from (f"{flavour}/{level}" for flavour, wanted in flavours.items() if wanted)


def _read(layer: str) -> dict[str, bytes]:
    """Return the files of one layer folder; a layer need not exist."""
    folder = FOLDER / layer
    found = (file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    names = {file: str(file.relative_to(folder)) for file in found}
    return {HIDDEN.get(name, name): file.read_bytes() for file, name in names.items()}


def _wanted(path: str, variant: Variant) -> bool:
    """Tell whether the variant's app has the file ``path``."""
    if path.startswith("frontend/"):
        return variant.frontend
    if path.startswith("alembic"):
        return variant.migrates
    return variant.database or path not in ("app/db.py", "app/models.py")


def _place(path: str, variant: Variant) -> str:
    """Return where the file lies in the repository."""
    backend = variant.alembic_subfolder and not path.startswith(TOP)
    return f"backend/{path}" if backend else path
