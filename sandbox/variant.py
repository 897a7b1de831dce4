"""What kind of production host is wanted: the options of ``up`` as data."""

import os
from dataclasses import asdict, dataclass
from typing import Any

# Engines, and the flavours of compose that go with each, the usual one first.
ENGINES = {"old": ("v1", "v2"), "modern": ("v2",)}
DEFAULT_ENGINE = os.environ.get("SANDBOX_ENGINE") or "modern"


@dataclass(frozen=True)
class Variant:
    """How the host and its sample app differ from the ordinary; the defaults are the ordinary."""

    engine: str = ""  # old: Docker 20.10; modern: Debian's newest, with containerd's image store
    compose: str = ""  # v1: the command docker-compose; v2: the plugin docker compose
    bind_mount: bool = False  # the checkout is mounted into the app's container
    container_names: bool = True
    frontend: bool = True
    database: bool = True  # without it there is no alembic either
    alembic: bool = True  # without it the app makes its own tables
    crash_loop: bool = False  # v3 migrates at its start and then exits: the container loops
    downgrade_raises: bool = False  # v3's migration cannot be taken back
    alembic_subfolder: bool = False  # the backend, alembic.ini included, is in backend/

    def __post_init__(self) -> None:
        """Fill in the engine and the compose that were left open; raise ValueError for a pair that is not made."""
        engine = self.engine or ("old" if self.compose == "v1" else DEFAULT_ENGINE)
        flavours = ENGINES.get(engine, ())
        compose = self.compose or "".join(flavours[:1])
        if compose not in flavours:
            raise ValueError(f"no engine {engine!r} with compose {compose!r}; there are: {ENGINES}")
        object.__setattr__(self, "engine", engine)
        object.__setattr__(self, "compose", compose)

    @property
    def migrates(self) -> bool:
        """Tell whether deployments run alembic."""
        return self.database and self.alembic

    @property
    def compose_command(self) -> str:
        """Return the compose command a deployment on this host types."""
        return "docker-compose" if self.compose == "v1" else "docker compose"

    @property
    def backend(self) -> str:
        """Return the backend's folder in the repository."""
        return "backend" if self.alembic_subfolder else "."

    @property
    def database_container(self) -> str:
        """Return the name of the database's container: the fixed one, or what compose makes up."""
        return "jctc_db" if self.container_names else self.joined("jctc-app", "db", "1")

    def image(self, service: str) -> str:
        """Return the name that compose gives the image it builds for a service."""
        return self.joined("jctc-app", service)

    def joined(self, *words: str) -> str:
        """Return a name as this compose makes it of words."""
        return ("_" if self.compose == "v1" else "-").join(words)

    def checks(self, bad: bool = True) -> list[str]:
        """Return what ``wait-ready`` has to see after the deployment of v3, or of a good release."""
        database = [f"db={self.database_container}"] if self.database else []
        web = ["web=200"] if self.frontend else []
        return ["engine", *database, *web, self._app_when_bad() if bad else "app=200"]

    def _app_when_bad(self) -> str:
        return "app=loop" if self.crash_loop else "app=500"

    def options(self) -> dict[str, Any]:
        """Return the fields as plain data, to be stored and compared."""
        return asdict(self)

    def extraordinary(self) -> dict[str, Any]:
        """Return the options in which this variant differs from the ordinary one."""
        ordinary = Variant().options()
        return {name: value for name, value in self.options().items() if value != ordinary[name]}
