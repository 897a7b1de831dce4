"""The steps that write backups and put them in the place of the live database."""

from __future__ import annotations

from ...config.settings import Environment
from ...engine.plan import Step
from ...preflight import backup_check as check
from ...preflight import backup_files as files
from ...ssh import paths
from ...ssh.shell import at_exit, home, join, quote
from ...tools.postgres import dumps, in_place, leftovers
from ...tools.postgres.backup import Backup, Section
from ...tools.postgres.inspection import inspect_script
from ...tools.postgres.names import copy_name
from ...tools.postgres.psql import Database, target
from ...tools.postgres.restore import restore_script
from ...tools.postgres.sessions import stop_script
from ...tools.postgres.swap import swap_script, take_script

FORMS = {"gz": "gzip", "zst": "zstd"}
LONG = 86400  # seconds that reading or writing all data may take

# The dump is read once more, as anybody would find it; what was found is kept for `backups.list`.
DUMP = """set -eu; umask 077
( while sleep 2; do s=$(wc -c 2>/dev/null <{path}.part) && echo "PROGRESS bytes $((s)) 0" || :; done ) & w=$!
report=; {tidy}
sh -c {dump}
kill $w 2>/dev/null || :
mkdir -p {reports}; report=$(mktemp -p {reports})
sh -c {inspect} >"$report"
awk -F '\\t' '{{ seen[$1] = $2 }} END {{ exit !(seen["CHECKSUM"] == "ok" && seen["COMPLETE"] == 1 &&
  !("UNREADABLE" in seen) && !("REASON" in seen)) }}' "$report" || {{ echo {bad} >&2; exit 1; }}
awk -F '\\t' '$1 == "ROWS" {{ tables++; rows += $4 }} $1 == "REVISION" {{ at = at " " $3 }}
  END {{ printf "verified: %d tables, %.0f rows%s\\n", tables, rows, (at == "" ? "" : ", revision" at) }}' "$report"
mv "$report" {reports}/{name}.$(awk -F '\\t' '$1 == "FILE" {{ print $3 "." $4 }}' "$report")
"""


def dump_step(environment: Environment, db: Database, path: str, form: str) -> Step:
    """Return the step that writes a backup to PATH (relative to the login's home) and reads it back."""
    script = dumps.dump_script(db, path, FORMS.get(form, form))  # type: ignore[arg-type]
    inspect = inspect_script(db, path, check.versions_table(environment))
    bad = f"{path} was written, but it is not whole when it is read back: do not rely on it"
    return Step(
        name="dump",
        title=f"Write {path} and read it back",
        script=DUMP.format(
            tidy=at_exit('kill $w 2>/dev/null || :; rm -f "$report"'),
            path=home(path),
            dump=quote(script),
            inspect=quote(inspect),
            reports=home(check.reports(environment)),
            name=quote(path.rpartition("/")[2]),
            bad=quote(bad),
        ),
        commands=(f"pg_dump {_options(form)} -d {quote(target(db.name))} > {path}",),
        stop=stop_script(db),
        primary_only=True,
        timeout=LONG,
    )


def _options(form: str) -> str:
    return {"directory": "-Fd -j2 -Z1", "custom": "-Fc -Z1", "gz": "-Fp -Z1", "zst": "-Fp | zstd"}.get(form, "-Fp")


def restore_step(
    environment: Environment, db: Database, backup: Backup, section: Section, run: str, *, owners: bool, before: bool
) -> Step:
    """Return the step that restores beside the live database; `before`: while the application still answers."""
    new = copy_name(db.name, "new", run)
    work = f"{paths.state_path(environment)}/runs/{run}/restore"
    loaded = "pg_restore -e -j2" if backup.archive else "psql -X -v ON_ERROR_STOP=1"
    return Step(
        name="restore",
        title=f"Restore {backup.path} beside, as {new}, and compare it with the file",
        script=restore_script(
            db, backup, run, work, section, owners=owners, versions=check.versions_table(environment)
        ),
        commands=(f'CREATE DATABASE "{new}" TEMPLATE template0', f"{loaded} -d {quote(target(new))} < {backup.path}"),
        stop=stop_script(db),
        primary_only=True,
        preparation=before,
        outage=not before,
        timeout=LONG,
    )


def swap_step(db: Database, run: str) -> Step:
    """Return the step that gives the restored database the live name; the old one is kept."""
    new, old = copy_name(db.name, "new", run), copy_name(db.name, "old", run)
    return Step(
        name="swap",
        title=f"Swap {new} in; the present database stays as {old}",
        script=swap_script(db, new, old),
        commands=(
            f'ALTER DATABASE "{db.name}" RENAME TO "{old}"',
            f'ALTER DATABASE "{new}" RENAME TO "{db.name}"',
        ),
        primary_only=True,
        outage=True,
        back="fab undo",
    )


def take_step(db: Database, run: str) -> Step:
    """Return the step that gives the restored database the live name, which nothing has."""
    new = copy_name(db.name, "new", run)
    return Step(
        name="take",
        title=f"Give {new} the name {db.name}",
        script=take_script(db, new),
        commands=(f'ALTER DATABASE "{new}" RENAME TO "{db.name}"',),
        primary_only=True,
        outage=True,
    )


def drop_step(environment: Environment, db: Database, backup: Backup, section: Section, run: str) -> Step:
    """Return the step that drops the live database to make room; the backup is read to its end once more."""
    work = f"{paths.state_path(environment)}/runs/{run}/restore"
    return Step(
        name="drop",
        effects=("drops",),
        title=f"Drop {db.name}, after {backup.path} was read to its end once more",
        script=in_place.drop_script(db, backup, run, work, section),
        commands=(f'DROP DATABASE "{db.name}"',),
        stop=stop_script(db),
        primary_only=True,
        outage=True,
        timeout=LONG,
    )


def drop_copy_step(db: Database, name: str) -> Step:
    """Return the step that drops a copy of the database."""
    return Step(
        name="drop-copy",
        title=f"Drop the copy {name}",
        script=leftovers.drop_script(db, name),
        commands=(f'DROP DATABASE "{name}"',),
        stop=stop_script(db),
        primary_only=True,
    )


def remove_step(environment: Environment, gone: list[files.Found]) -> Step:
    """Return the step that removes backups with their checksums."""
    return Step(
        name="remove",
        title=f"Remove {len(gone)} backups",
        script=files.remove(gone, check.reports(environment)),
        commands=tuple(join("rm", "-r", one.path) for one in gone),
        primary_only=True,
    )
