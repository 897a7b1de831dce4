"""Somebody on call: runs `fab` against a sandbox host, and can see what is really there, past SSH."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sandbox.host import Host

PROJECT = Path(__file__).parent.parent
FAB = Path(sys.executable).parent / "fab"


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Both streams."""
        return self.out + self.err

    @property
    def first(self) -> str:
        """The first line of what was said to the operator."""
        lines = [line.strip() for line in (self.err or self.out).splitlines() if line.strip()]
        return lines[0] if lines else "(ended at once)"

    def json(self) -> Any:
        """The document on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True)
class World:
    """What is on the host: whatever must not change when a task refuses."""

    head: str
    containers: dict[str, str]
    revision: str
    rows: dict[str, str] = field(default_factory=dict)


class Operator:
    """Types commands in a folder with a hosts.yaml of its own, environment `test`."""

    def __init__(self, host: Host, folder: Path, **sections: Any) -> None:
        self.host, self.folder = host, folder
        self.settings = self.describe()
        for name, changes in sections.items():
            self.settings[name] = {**self.settings.get(name, {}), **changes}
        self.hosts_file = folder / "hosts.yaml"
        self.write()

    def describe(self) -> dict[str, Any]:
        """The environment of hosts.yaml for what is deployed."""
        return settings_for(self.host)

    def write(self) -> None:
        """Write hosts.yaml anew from `settings`."""
        self.hosts_file.write_text(yaml.safe_dump({"default": "test", "environments": {"test": self.settings}}))

    def fab(self, *words: str, timeout: float = 300, answer: str = "", **variables: str) -> Ran:
        """Run `fab WORDS`; `answer` is what stdin holds, `timeout` in seconds."""
        done = subprocess.run(
            self.command(*words),
            input=answer,
            env=self.environ(**variables),
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def command(self, *words: str) -> list[str]:
        """The command line of `fab WORDS`."""
        return [str(FAB), *words]

    def environ(self, **variables: str) -> dict[str, str]:
        """The environment `fab` runs in."""
        return {**os.environ, "ROLLBACK_HOSTS_FILE": str(self.hosts_file), "COLUMNS": "200", **variables}

    @property
    def good(self) -> str:
        """The commit of v2, the last good release."""
        return self.host.releases["v2"]

    @property
    def bad(self) -> str:
        """The commit of v3, the release that is deployed and broken."""
        return self.host.releases["v3"]

    def world(self) -> World:
        """What is on the host now."""
        return World(self.head(), self.containers(), self.revision(), self.rows())

    def head(self) -> str:
        """The commit of the checkout."""
        return self.host.exec("git -C jctc-app rev-parse HEAD")

    def containers(self) -> dict[str, str]:
        """Names and ids of the running containers."""
        lines = self.host.exec("docker ps --no-trunc --format '{{.Names}} {{.ID}}'").splitlines()
        return dict(line.split() for line in lines)

    def sql(self, statement: str, database: str = "jctc_db") -> str:
        """What psql prints for a statement."""
        container = "$(docker ps -q --filter label=com.docker.compose.service=db)"
        return self.host.exec(f"docker exec -i {container} psql -XAt -U jctc_user -d {database}", stdin=statement)

    def revision(self) -> str:
        """The rows of alembic_version."""
        if not (self.host.variant.database and self.host.variant.alembic):
            return ""
        return self.sql("SELECT version_num FROM alembic_version ORDER BY 1")

    def rows(self) -> dict[str, str]:
        """Count of rows, by table, of the application's tables."""
        if not self.host.variant.database:
            return {}
        tables = self.sql(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' "
            "AND table_name <> 'alembic_version' ORDER BY 1"
        ).split()
        return {table: self.sql(f'SELECT count(*) FROM "{table}"') for table in tables}

    def status_of(self, url: str = "http://127.0.0.1:8000/health") -> str:
        """The HTTP status an address of the host answers with."""
        return self.host.exec(f"curl -s -o /dev/null -m 5 -w '%{{http_code}}' {url} || :")


def settings_for(host: Host) -> dict[str, Any]:
    """The environment of hosts.yaml that describes a sandbox host of any variant."""
    variant = host.variant
    services = {"backend": "app"}
    settings: dict[str, Any] = {
        "hosts": [
            {
                "host": host.address,
                "user": host.user,
                "port": host.port,
                "key": str(host.key),
                "known_hosts": str(host.known_hosts),
            }
        ],
        "app": {"path": "jctc-app", "branch": "main"},
        "compose": {"file": "docker-compose.prod.yml", "services": services, "grace": 1},
        "health": {"urls": ["http://127.0.0.1:8000/health"], "timeout": 20},
    }
    if variant.frontend:
        services["frontend"] = "web"
    if variant.database:
        services["database"] = "db"
        settings["database"] = {"name": "jctc_db", "user": "jctc_user", "backups": "backups"}
        if variant.alembic:
            config = "backend/alembic.ini" if variant.alembic_subfolder else "alembic.ini"
            settings["database"]["alembic"] = {"service": "app", "config": config}
    return settings
