"""Shapes of whole public projects, reduced: what is awkward in them, around our small application."""

from __future__ import annotations

from typing import Any

from tests.field.recipe import APP, MIGRATIONS

SERVER = (APP / "server.py").read_text()
VERSIONS = {path.name: path.read_text() for path in sorted((APP / "alembic" / "versions").glob("*.py"))}
MOVED: dict[str, str | None] = dict.fromkeys(
    ["alembic.ini", "Dockerfile", "alembic/env.py", *(f"alembic/versions/{name}" for name in VERSIONS)]
)


def migrations(folder: str) -> dict[str, dict[str, str]]:
    """Return the migrations of each release, in a folder of their own."""
    return {
        release: {f"{folder}/{name}": text for name, text in VERSIONS.items() if name.startswith(begins)}
        for release, begins in MIGRATIONS.items()
    }


# A platform that brings the engine of its workflows along, with a database of that: two servers in one project, of
# which the application names its own by the container's name, in variables with a name before them; a database that is
# called postgres; Alembic's table in a schema and with a name of the environment's; four services of one image, one of
# them a job; a compose file included, an env file that need not be there, anchors, networks without a way out; an
# alembic.ini in a folder.
PIECES = """
import os

def url():
    user, password, host = (os.environ[f"PLATFORM_POSTGRES_{what}"] for what in ("USER", "PASSWORD", "HOST"))
    return f"postgresql+psycopg://{user}:{password}@{host}:5432/{os.environ['PLATFORM_POSTGRES_DBNAME']}"
"""
SCHEMA = """
import os
import database
from alembic import context
from sqlalchemy import create_engine, pool, text

schema = os.environ["PLATFORM_PROJECT"]
told = {"version_table_schema": schema, "version_table": f"{schema}_alembic_version"}
if context.is_offline_mode():
    context.configure(url=database.url(), literal_binds=True, **told)
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(database.url(), poolclass=pool.NullPool).connect() as connection:
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
        connection.commit()
        context.configure(connection=connection, **told)
        with context.begin_transaction():
            context.run_migrations()
"""
WAITS = """#!/bin/sh
until python -c "import database, psycopg; psycopg.connect(database.url().replace('+psycopg', ''))" 2>/dev/null; do
  sleep 1
done
exec "$@"
"""
PLATFORM_COMPOSE = """
name: @name@
include: [deploy/engine.yml]
x-app: &app
  image: @name@-app:${TAG:-latest}
  build: {context: ., dockerfile: docker/Dockerfile}
  restart: unless-stopped
  env_file: [{path: .env}, {path: .env.local, required: false}]
  environment: &environment
    PLATFORM_PROJECT: live
    PLATFORM_POSTGRES_HOST: @name@-store
    PLATFORM_POSTGRES_USER: postgres
    PLATFORM_POSTGRES_PASSWORD: ${STORE_PASSWORD:?}
    PLATFORM_POSTGRES_DBNAME: postgres
  networks: [core, data]
  depends_on:
    migrations: {condition: service_completed_successfully}
services:
  api:
    <<: *app
    container_name: @name@-api
    environment: {<<: *environment, SECRET_KEY: "${SECRET_KEY:?}"}
    ports: ["127.0.0.1:${PORT}:8000"]
  worker: {<<: *app, command: [python, wait.py]}
  beat: {<<: *app, command: [python, wait.py], container_name: @name@-beat}
  migrations:
    <<: *app
    restart: "no"
    command: [python, -m, alembic, -c, migrations/alembic.ini, upgrade, head]
    depends_on: {store: {condition: service_healthy}}
  store:
    image: postgres:15
    container_name: @name@-store
    restart: unless-stopped
    environment: {POSTGRES_USER: postgres, POSTGRES_PASSWORD: "${STORE_PASSWORD:?}", POSTGRES_DB: postgres}
    networks: [data]
    volumes: ["store:/var/lib/postgresql/data"]
    healthcheck: {test: [CMD, pg_isready, -q, -h, 127.0.0.1, -U, postgres], interval: 1s, retries: 30}
networks: {core: {}, data: {internal: true}}
volumes: {store: {name: @name@_store_data}}
"""
ENGINE = """
services:
  engine-db:
    image: postgres:15
    restart: unless-stopped
    environment: &login {POSTGRES_USER: engine, POSTGRES_PASSWORD: engine, POSTGRES_DB: engine}
    networks: [engine]
  engine:
    image: field-base:1
    working_dir: /
    command: [python, -c, "import signal as s, sys; s.signal(s.SIGTERM, lambda *_: sys.exit(0)); s.pause()"]
    restart: unless-stopped
    environment: {<<: *login, DATABASE_URL: "postgres://engine:engine@engine-db:5432/engine"}
    networks: [engine, core]
networks: {engine: {internal: true}}
"""
IMAGE = """FROM field-base:1
WORKDIR /platform
COPY . .
ENTRYPOINT ["docker/entrypoint.sh"]
CMD ["python", "server.py"]
"""
PLATFORM: dict[str, Any] = {
    "file": "compose.yml",
    "database": "postgres",
    "table": "live.live_alembic_version",
    "tracked": {
        **MOVED,
        "compose.yml": PLATFORM_COMPOSE,
        "deploy/engine.yml": ENGINE,
        "docker/Dockerfile": IMAGE,
        "docker/entrypoint.sh": WAITS,
        "database.py": PIECES,
        "server.py": SERVER.replace("alembic_version", "live.live_alembic_version"),
        "migrations/alembic.ini": "[alembic]\nscript_location = %(here)s\nprepend_sys_path = .\n",
        "migrations/env.py": SCHEMA,
    },
    "released": migrations("migrations/versions"),
    "untracked": {".env": "STORE_PASSWORD=secret-of-@name@\nSECRET_KEY=key-of-@name@\nPORT=@port@\n"},
    "deploy": ("$compose build -q api", "$compose up -d -t 1"),
    "psql": "docker exec -i @name@-store psql -U postgres",
}
