"""A deployment that nobody described: `fab init` alone, a green status, and a rollback by what it wrote."""

from __future__ import annotations

import pytest
import yaml

from tests.field.recipe import APP, BACKEND, DB, UP, WORKER
from tests.field.rows import IDLE
from tests.field.shapes import PLATFORM
from tests.field.test_checkouts import BELOW, SUBFOLDER

pytestmark = pytest.mark.sandbox

CHECK = {"test": ["CMD", "python", "-c", "import urllib.request as u; u.urlopen('http://localhost:8000/health')"]}
SHAPES = {
    "another project name and env file, a worker, a cache, a health check": {
        "compose": "-p @name@-live --env-file .env.prod",
        "project": "@name@-live",
        "env_file": ".env.prod",
        "app": {"healthcheck": {**CHECK, "interval": "1s"}},
        "services": {"worker": WORKER, "cache": IDLE},
    },
    "the compose file in a subfolder": SUBFOLDER,
    "the application below the top": BELOW,
    "values in a tracked .env, changed on the host": {
        "tracked": {".gitignore": "__pycache__/\n", ".env": "DB_PASSWORD=changethis\nSECRET_KEY=changethis\n"},
    },
    "two compose files": {
        "tracked": {"docker-compose.override.yml": '{"services": {"app": {"environment": {"EXTRA": "1"}}}}'},
        "compose": "-f docker-compose.yml -f docker-compose.override.yml",
        "app": {"environment": {**BACKEND["environment"], "UNUSED": "x"}},
    },
}

# The shape of a public Flask project with Celery: every service in a profile, values exported by .env and given to the
# services as they are, a database called as its login, Alembic in a folder db, a health check as curl takes it.
VERSIONS = {path.name: path.read_text() for path in sorted((APP / "alembic" / "versions").glob("*.py"))}
OURS = {"build": ".", "env_file": [".env"], "depends_on": {"postgres": {"condition": "service_started"}}}
OURS |= {"environment": {"SECRET_KEY": "${SECRET_KEY}", "DATABASE_URL": BACKEND["environment"]["DATABASE_URL"]}}
LIKE_FLASK = {
    "file": "compose.yaml",
    "project": "@name@-hello",
    "untracked": {
        ".env": "export COMPOSE_PROJECT_NAME=@name@-hello\nexport COMPOSE_PROFILES=postgres,redis,web,worker\n"
        "export POSTGRES_USER=shop\nexport POSTGRES_PASSWORD=secret-of-@name@\nexport DB_PASSWORD=secret-of-@name@\n"
        "export SECRET_KEY=key-of-@name@\n"
    },
    "tracked": {
        "alembic.ini": "[alembic]\nscript_location = db/\nprepend_sys_path = .\n",
        "alembic/env.py": None,
        **{f"alembic/versions/{name}": None for name in VERSIONS},
        "db/env.py": (APP / "alembic" / "env.py").read_text(),
    },
    "released": {
        release: {f"db/versions/{name}": text for name, text in list(VERSIONS.items())[:count]}
        for release, count in (("v1", 1), ("v2", 2))
    },
    "services": {
        "app": None,
        "db": None,
        "postgres": {
            "image": DB["image"],
            "environment": {"POSTGRES_USER": "${POSTGRES_USER}", "POSTGRES_PASSWORD": "${POSTGRES_PASSWORD}"},
            "volumes": DB["volumes"],
            "restart": "unless-stopped",
            "networks": {"default": {"aliases": ["db"]}},
            "profiles": ["postgres"],
        },
        "redis": {**IDLE, "profiles": ["redis"]},
        "web": {
            **OURS,
            "healthcheck": {"test": "curl localhost:8000/up || true", "interval": "60s"},
            "ports": ["127.0.0.1:@port@:8000"],
            "restart": "unless-stopped",
            "profiles": ["web"],
        },
        "worker": {**OURS, "command": WORKER["command"], "restart": "unless-stopped", "profiles": ["worker"]},
        "assets": {**OURS, "profiles": ["assets"]},
    },
    "deploy": (
        "$compose build",
        "$compose up -d postgres",
        # The official image makes a database that is called as its login, that of the sandbox does not.
        'to() { $compose exec -T postgres "$@" -U shop; }',
        "until to psql -c ''; do to createdb shop || sleep 1; done",
        "$compose run --rm -T web alembic upgrade head",
        UP,
    ),
    "psql": "docker exec -i @name@-hello-postgres-1 psql -U shop",
}


def init(shop, *words):
    """Look at the host with `fab init` alone, and use what it writes from then on."""
    reach = shop.settings["hosts"][0]
    shop.hosts_file = shop.folder / "found.yaml"
    there = (f"{reach['user']}@{reach['host']}:{reach['port']}", "--known-hosts", reach["known_hosts"])
    return shop.fab("init", *there, "--key", reach["key"], *words)


@pytest.mark.parametrize("options", SHAPES.values(), ids=SHAPES)
def test_a_deployment_is_rolled_back_by_what_init_wrote(deployment, options):
    shop = deployment("v1", **options)
    ran = init(shop, "--project", shop.project)
    assert ran.code == 0, ran.text
    assert f"secret-of-{shop.name}" not in ran.text + shop.hosts_file.read_text()
    status = shop.fab("status")
    assert status.code == 0 and "Something is wrong" not in status.text, status.text
    shop.deploy("v2")
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)


def test_several_deployments_are_named_when_nobody_can_be_asked(deployment):
    shop = deployment("v1")
    ran = init(shop)
    assert ran.code == 2
    assert shop.project in ran.err and "--project says which is meant" in ran.err
    assert not shop.hosts_file.exists()


def test_one_whose_last_release_is_ill_is_looked_at_understood_and_rolled_back(deployment):
    shop = deployment(**LIKE_FLASK)
    ran = init(shop, "--project", shop.project)
    assert ran.code == 0, ran.text
    written = shop.hosts_file.read_text()
    assert f"secret-of-{shop.name}" not in ran.text + written
    found = yaml.safe_load(written)["environments"]["production"]
    assert found["compose"]["services"] == {"backend": "web", "database": "postgres"}
    assert found["database"]["alembic"] == {"service": "web", "config": "alembic.ini"}
    assert (found["database"]["name"], found["database"]["user"]) == ("shop", "shop")
    assert found["health"]["urls"] == [f"http://127.0.0.1:{shop.place.port}/up"]
    needs = shop.fab("check")
    assert needs.code == 1 and "production: 1 missing: backup." in needs.text, needs.text
    assert f"fab full-rollback --commit {shop.good[:12]}" in shop.fab("diagnose").text
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)


def test_of_two_servers_the_applications_own_is_found_with_a_database_and_a_table_of_unusual_names(deployment):
    shop = deployment("v1", **PLATFORM)
    ran = init(shop, "--project", shop.project)
    assert ran.code == 0, ran.text
    found = yaml.safe_load(shop.hosts_file.read_text())["environments"]["production"]
    assert found["compose"]["services"] == {"backend": "api", "database": "store"}
    config = "migrations/alembic.ini"
    table = {"schema": "live", "table": "live_alembic_version"}
    alembic = {"service": "api", "config": config, "command": f"alembic -c {config}", **table}
    assert {**found["database"], "backups": ""} == {
        "name": "postgres",
        "user": "postgres",
        "backups": "",
        "alembic": alembic,
    }
    assert shop.fab("release.record").code == 0
    shop.deploy("v2")
    assert f"fab full-rollback --commit {shop.good[:12]}" in shop.fab("diagnose").text
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)
    assert shop.fab("backups.create", "--yes").code == 0
    ran = shop.fab("drill", "--beside")
    assert ran.code == 0, ran.text
