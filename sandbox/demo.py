"""The demo: a production host with a broken release on it, rolled back for real; run as ``python -m sandbox.demo``."""

import json
import os
import subprocess
import sys
from pathlib import Path

from .host import Host
from .progress import console, fail
from .shell import SandboxError

FAB = Path(sys.executable).parent / "fab"
HEALTH = "http://127.0.0.1:8000/health"


def main() -> int:
    """Break a host, roll it back, show that it is healthy; the exit code says whether it is."""
    try:
        host = Host.up()
        if "v3" not in _says(host):
            host.reset()
        return _tell(host)
    except SandboxError as error:
        return fail(str(error))


def _tell(host: Host) -> int:
    good = host.releases["v2"]
    console.rule("The host, after the bad deployment")
    _show(host)
    rows = _rows(host)
    console.rule(f"fab -H sandbox full-rollback --commit {good[:7]} --yes")
    environment = {**os.environ, "SANDBOX_PORT": str(host.port)}
    command = [str(FAB), "-H", "sandbox", "full-rollback", "--commit", good[:7], "--yes"]
    done = subprocess.run(command, env=environment, check=False)
    console.rule("The host, seen from inside")
    _show(host)
    wrong = [] if done.returncode == 0 else [f"fab ended with exit code {done.returncode}"]
    wrong += _differences(host, good, rows)
    return fail("; ".join(wrong)) if wrong else _good_bye(host)


def _good_bye(host: Host) -> int:
    console.print("[bold green]Rolled back: code, schema and containers are at v2, no row is missing.[/]")
    console.print("Look around: fab -H sandbox status, fab -H sandbox git.log; take it back: fab -H sandbox undo")
    console.print("Remove it: make sandbox-down", highlight=False)
    return 0


def _differences(host: Host, good: str, rows: int) -> list[str]:
    """Return what is not as it should be after the rollback."""
    health = json.loads(_says(host) or "{}")
    seen = {
        "health status": (_status(host), "200"),
        "release": (health.get("release"), "v2"),
        "HEAD": (host.exec("git -C jctc-app rev-parse HEAD"), good),
        "rows": (_rows(host), rows),
        "frontend": ("v2" in host.exec("curl -s http://127.0.0.1:8080/"), True),
    }
    return [f"{name} is {found}, not {wanted}" for name, (found, wanted) in seen.items() if found != wanted]


def _show(host: Host) -> None:
    console.print(f"  git HEAD   {host.exec('git -C jctc-app log -1 --oneline')}", highlight=False)
    console.print(f"  /health    {_status(host)} {_says(host)}", highlight=False, markup=False)
    console.print(f"  database   {_rows(host)} rows", highlight=False)


def _says(host: Host) -> str:
    return host.exec(f"curl -s -m 5 {HEALTH} || :")


def _status(host: Host) -> str:
    return host.exec(f"curl -s -o /dev/null -m 5 -w '%{{http_code}}' {HEALTH} || :")


def _rows(host: Host) -> int:
    tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    counts = [int(_sql(host, f'SELECT count(*) FROM "{name}"')) for name in _sql(host, tables).split()]
    return sum(counts)


def _sql(host: Host, statement: str) -> str:
    return host.exec("docker exec -i jctc_db psql -XAt -U jctc_user jctc_db", stdin=statement)


if __name__ == "__main__":
    sys.exit(main())
