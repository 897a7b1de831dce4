"""The state "v3 was just deployed", made once per variant and kept as an image.

A host is set up and gets the three releases deployed one after the other, as people would do it.
Then its engine stops, what the engine keeps is packed into a file, and the whole becomes an image.
"""

import io
import json
import tarfile

from . import container, images, paths, releases
from .debian import image_id
from .engine import docker
from .progress import step
from .releases import Commit
from .shell import run
from .variant import Variant

RELEASES_LABEL = "fab-rollback.sandbox.releases"
PASSWORD = "correct-horse-battery-staple"
FILE = "docker-compose.prod.yml"
SOURCES = ("app", "releases.py", "composefile.py", "golden.py", "variant.py")
# Rows that people enter while a release runs.
ROWS = {
    "v1": "INSERT INTO cases (reference, title, opened_on) SELECT 'JCTC-2023-' || lpad(n::text, 4, '0'),"
          " 'Case ' || n, DATE '2023-01-02' + n FROM generate_series(1, 300) AS n",
    "v2": "INSERT INTO cases (reference, title, opened_on, court) SELECT 'JCTC-2024-' || lpad(n::text, 4, '0'),"
          " 'New case ' || n, DATE '2024-03-18' + n, 'Court 7' FROM generate_series(1, 20) AS n",
    "v3": "INSERT INTO cases (reference, title, opened_on, court_name, priority)"
          " SELECT 'JCTC-2024-' || lpad(n::text, 4, '0'), 'Urgent case ' || n, DATE '2024-04-02' + n,"
          " 'Court 7', 1 FROM generate_series(21, 25) AS n",
}
BACKUPS = """
mkdir -p backups && cd backups
dump() { docker exec "$1" pg_dump -U jctc_user "${@:2}" jctc_db; }
dump "$1" > jctc_db_20240318.sql
dump "$1" | gzip -9n > jctc_db_20240325.sql.gz
dump "$1" -Fc > jctc_db_20240401.dump
for file in *; do sha256sum "$file" > "$file.sha256"; done
"""
SEAL = """
rm -rf /root/dev
pid=$(cat /var/run/docker.pid)
kill "$pid"
# The engine waits for its containers; these do not listen to a polite signal.
for try in $(seq 600); do kill -0 "$pid" 2>/dev/null || break; pkill -9 -x python; sleep 0.1; done
kill -0 "$pid" 2>/dev/null && { echo 'the engine did not stop' >&2; exit 1; }
rm -rf /var/run/docker* /var/log/dockerd.log /tmp/*
tar -C /var/lib/docker --numeric-owner --xattrs --xattrs-include='*' -cf /var/lib/golden.tar .
"""


def tag(variant: Variant) -> str:
    """Return the golden image's tag: it changes with anything that goes into it."""
    parts = (images.host(variant.compose), images.postgres(), images.python(), json.dumps(variant.options()))
    return f"{paths.IMAGE}:golden-{paths.digest(*parts, *(paths.PACKAGE / name for name in SOURCES))}"


def ensure(variant: Variant) -> str:
    """Return the tag of the variant's golden image, making it if it is new."""
    golden = tag(variant)
    if not image_id(golden):
        _bake(golden, variant)
    return golden


def shas(golden: str) -> dict[str, str]:
    """Return the commit id of each release in a golden image."""
    label = docker("image", "inspect", "-f", f'{{{{index .Config.Labels "{RELEASES_LABEL}"}}}}', golden)
    return json.loads(label)


def _bake(golden: str, variant: Variant) -> None:
    """Set up a host, deploy every release on it, and keep the result under the tag ``golden``."""
    oven = paths.container(f"making-{golden.rpartition('-')[2]}")
    container.create(oven, images.host(variant.compose), "production")
    try:
        with step("Setting up a server"):
            _set_up(oven)
        found = _deploy_all(oven, variant)
        with step("Keeping this state"):
            container.bash(oven, SEAL, timeout=180)
            docker("commit", "-c", f"LABEL {RELEASES_LABEL}={json.dumps(json.dumps(found))}",
                   "-c", f"LABEL {paths.LABEL}=image", oven, golden, timeout=300)
    finally:
        container.remove(oven)


def _set_up(oven: str) -> None:
    """Start the host and bring in what a server would pull: the two base images; make the origin."""
    docker("start", oven)
    container.wait(oven, ["engine"])
    names = {images.postgres(): "postgres:15", images.python(): "jctc/python-base:3.11"}
    run("bash", "-o", "pipefail", "-c",
        f"docker save {' '.join(names)} | docker exec -i {oven} docker load -q", timeout=300)
    for ours, theirs in names.items():
        container.bash(oven, f"docker tag {ours} {theirs} && docker rmi {ours}")
    container.bash(oven, "install -d -o ubuntu -g ubuntu /srv/git")
    container.bash(oven, "git init -q --bare -b main /srv/git/jctc-app.git", "ubuntu")
    container.bash(oven, "git init -q -b main dev && git -C dev remote add origin /srv/git/jctc-app.git"
                         " && git config --global --add safe.directory '*'")


def _deploy_all(oven: str, variant: Variant) -> dict[str, str]:
    """Commit and push the history, deploying each release when it is there; return their ids."""
    found = {}
    for commit in releases.HISTORY:
        sha = _push(oven, commit, variant)
        if commit.release:
            with step(f"Deploying {commit.release}"):
                _deploy(oven, commit.release, variant)
            found[commit.release] = sha
    return found


def _push(oven: str, commit: Commit, variant: Variant) -> str:
    """Make one commit as its author would, push it, and return its id."""
    container.bash(oven, "find dev -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +")
    docker("cp", "-", f"{oven}:/root/dev", stdin=_tar(releases.files(commit, variant)))
    name, _, mail = commit.author.rstrip(">").partition(" <")
    who = " ".join(f"GIT_{role}_NAME='{name}' GIT_{role}_EMAIL='{mail}' GIT_{role}_DATE='{commit.date}'"
                   for role in ("AUTHOR", "COMMITTER"))
    return container.bash(oven, f"cd dev && git add -A && {who} git commit -q -m '{commit.message}'"
                                " && git push -q origin main && chown -R ubuntu: /srv/git && git rev-parse HEAD")


def _tar(files: dict[str, bytes]) -> bytes:
    """Pack files for ``docker cp``; scripts are executable."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, data in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(data), 0o755 if path.endswith(".sh") else 0o644
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def _deploy(oven: str, release: str, variant: Variant) -> None:
    """Deploy as the team does, wait for the result, and let people work with it."""
    first = release == releases.NAMES[0]
    fetch = ("git clone -q /srv/git/jctc-app.git jctc-app && cd jctc-app"
             f" && echo POSTGRES_PASSWORD={PASSWORD} > .env && chmod 600 .env")
    compose = f"{variant.compose_command} -f {FILE}"
    steps = [fetch if first else "cd jctc-app && git pull -q", f"{compose} build"]
    steps += [f"{compose} run --rm app alembic upgrade head"] if variant.migrates else []
    container.bash(oven, " && ".join([*steps, f"{compose} up -d -t 1"]), "ubuntu", timeout=300)
    bad = release == releases.NAMES[-1]
    checks = variant.checks()
    container.wait(oven, checks if bad else [*checks[:-1], "app=200"])
    if variant.database:
        _work(oven, release, variant)


def _work(oven: str, release: str, variant: Variant) -> None:
    """Write the rows of a release's days and, under v2, take the backups."""
    name = "jctc_db" if variant.container_names else variant.generated_name("db")
    sql = ROWS[release]
    if not variant.migrates and release == "v3":  # its tables are still those of v2
        sql = sql.replace(", court_name, priority", ", court").replace("'Court 7', 1", "'Court 7'")
    psql = f"docker exec -i {name} psql -q -v ON_ERROR_STOP=1 -U jctc_user -d jctc_db"
    container.bash(oven, psql, "ubuntu", stdin=sql)
    if release == "v2":
        container.bash(oven, f"set -- {name}\n{BACKUPS}", "ubuntu")
    container.bash(oven, psql, "ubuntu", stdin="CHECKPOINT")
