"""How the sample app's releases get onto a host: pushed by their authors, deployed as a team would."""

import io
import tarfile
from datetime import datetime

from . import container, releases
from .engine import docker
from .progress import step
from .releases import Commit
from .variant import Variant

ORIGIN = "/srv/git/jctc-app.git"
FILE = "docker-compose.prod.yml"
PASSWORD = "correct-horse-battery-staple"
# Rows that people enter while a release runs: (columns, how many, their values for number n).
CASES = "INSERT INTO cases (reference, title, opened_on{columns}) SELECT {values} FROM generate_series({numbers}) AS n"
ROWS = {
    "v1": ("", "1, 300", "'JCTC-2023-' || n, 'Case ' || n, DATE '2023-01-02' + n"),
    "v2": (", court", "1, 20", "'JCTC-2024-' || n, 'New case ' || n, DATE '2024-03-18' + n, 'Court 7'"),
    "v3": (", court_name", "21, 25", "'JCTC-2024-' || n, 'Urgent case ' || n, DATE '2024-04-02' + n, 'Court 7'"),
}
BACKUPS = """
mkdir -p backups && cd backups
dump() { docker exec "$database" pg_dump -U jctc_user "$@" jctc_db; }
dump > jctc_db_20240318.sql
dump | gzip -9n > jctc_db_20240325.sql.gz
dump -Fc > jctc_db_20240401.dump
for file in *; do sha256sum "$file" > "$file.sha256"; done
"""
DEVELOPER = f"""
git init -q -b main dev && git -C dev remote add origin {ORIGIN}
git config --global --add safe.directory '*'
"""
PUSH = """
cd dev && git add -A
export GIT_AUTHOR_NAME="$name" GIT_AUTHOR_EMAIL="$mail" GIT_AUTHOR_DATE="$date"
export GIT_COMMITTER_NAME="$name" GIT_COMMITTER_EMAIL="$mail" GIT_COMMITTER_DATE="$date"
git commit -q -m "$message" && git push -q origin main && git rev-parse HEAD
chown -R ubuntu: /srv/git
"""


def everything(host: str, variant: Variant) -> dict[str, str]:
    """Lay down the app's whole history on the container ``host``; return each release's commit id."""
    container.bash(host, f"install -d -o ubuntu -g ubuntu /srv/git && git init -q --bare -b main {ORIGIN}")
    container.bash(host, DEVELOPER)
    found = {}
    for commit in releases.HISTORY:
        sha = _push(host, commit, variant)
        if commit.release:
            with step(f"Deploying {commit.release}"):
                _deploy(host, commit.release, variant)
            found[commit.release] = sha
    container.bash(host, "rm -rf dev .gitconfig")
    return found


def _push(host: str, commit: Commit, variant: Variant) -> str:
    """Make one commit as its author would, push it, and return its id."""
    container.bash(host, "find dev -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +")
    when = int(datetime.fromisoformat(commit.date).timestamp())
    docker("cp", "-", f"{host}:/root/dev", stdin=_tar(releases.files(commit, variant), when))
    name, _, mail = commit.author.rstrip(">").partition(" <")
    words = {"name": name, "mail": mail, "date": commit.date, "message": commit.message}
    given = "".join(f"{key}='{value}'\n" for key, value in words.items())
    return container.bash(host, f"set -e\n{given}{PUSH}")


def _tar(files: dict[str, bytes], when: int) -> bytes:
    """Pack files, changed at ``when``, for ``docker cp``; scripts are executable."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, data in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mtime = len(data), when
            entry.mode = 0o755 if path.endswith(".sh") else 0o644
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def _deploy(host: str, release: str, variant: Variant) -> None:
    """Deploy as the team does, wait for the result, and let people work with it."""
    clone = f"git clone -q {ORIGIN} jctc-app && cd jctc-app && (umask 077; echo POSTGRES_PASSWORD={PASSWORD} > .env)"
    fetch = clone if release == releases.NAMES[0] else "cd jctc-app && git pull -q"
    compose = f"{variant.compose_command} -f {FILE}"
    migrate = [f"{compose} run --rm app alembic upgrade head"] if variant.migrates else []
    steps = [fetch, f"{compose} build", *migrate, f"{compose} up -d -t 1"]
    container.bash(host, " && ".join(steps), "ubuntu", timeout=300)
    container.wait(host, variant.checks(bad=release == releases.NAMES[-1]))
    if variant.database:
        _work(host, release, variant)


def _work(host: str, release: str, variant: Variant) -> None:
    """Write the rows of a release's days and, under v2, take the backups."""
    psql = f"docker exec -i {variant.database_container} psql -q -v ON_ERROR_STOP=1 -U jctc_user -d jctc_db"
    container.bash(host, psql, "ubuntu", stdin=f"{_rows(release, variant)};\nCHECKPOINT;\n")
    if release == "v2":
        container.bash(host, f"set -e\ndatabase={variant.database_container}\n{BACKUPS}", "ubuntu")


def _rows(release: str, variant: Variant) -> str:
    """Return the statement that enters a release's rows."""
    columns, numbers, values = ROWS[release]
    if not variant.migrates:  # v3 left the tables as v2 made them
        columns = columns.replace("court_name", "court")
    return CASES.format(columns=columns, numbers=numbers, values=values)
