"""The sample app's docker-compose.prod.yml, as a variant wants it."""

from textwrap import indent

from .variant import Variant

DB = """\
image: postgres:15
environment:
  POSTGRES_DB: jctc_db
  POSTGRES_USER: jctc_user
  POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}
volumes:
  - pgdata:/var/lib/postgresql/data
healthcheck:
  test: ["CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-U", "jctc_user", "-d", "jctc_db"]
  interval: 2s
  timeout: 5s
  retries: 15
restart: unless-stopped
"""
DATABASE_URL = """\
environment:
  DATABASE_URL: postgresql+psycopg://jctc_user:${POSTGRES_PASSWORD}@db:5432/jctc_db
depends_on:
  db:
    condition: service_healthy
"""
WEB = """\
build: ./frontend
ports:
  - "127.0.0.1:8080:8080"
restart: unless-stopped
"""


def render(variant: Variant) -> str:
    """Return the text of docker-compose.prod.yml."""
    services = {"db": DB} if variant.database else {}
    services["app"] = _app(variant)
    if variant.frontend:
        services["web"] = WEB
    blocks = [_service(name, text, variant) for name, text in services.items()]
    volumes = ["volumes:\n  pgdata:\n"] if variant.database else []
    return "\n".join(['version: "3.8"\n', "services:", *blocks, *volumes])


def _app(variant: Variant) -> str:
    """Return the backend's service."""
    subfolder = variant.alembic_subfolder
    build = "build:\n  context: .\n  dockerfile: backend/Dockerfile\n" if subfolder else "build: .\n"
    text = build + ("working_dir: /srv/backend\n" if subfolder else "")
    text += DATABASE_URL if variant.database else ""
    text += "volumes:\n  - .:/srv\n" if variant.bind_mount else ""
    return text + 'ports:\n  - "127.0.0.1:8000:8000"\nrestart: unless-stopped\n'


def _service(name: str, text: str, variant: Variant) -> str:
    """Return one service's block, named as the variant wants."""
    named = f"container_name: jctc_{name}\n" if variant.container_names else ""
    return indent(f"{name}:\n" + indent(named + text, "  "), "  ")
