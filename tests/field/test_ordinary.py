"""What runs: deployments with one ordinary difference each are rolled back right, or refused untouched."""

from __future__ import annotations

import pytest
import yaml

from tests.field.recipe import BACKEND, BUILD, DB, MIGRATE, UP, WORKER
from tests.field.rows import IDLE, POOLER

pytestmark = pytest.mark.sandbox

MONITOR = yaml.safe_dump({"services": {"monitor": IDLE}})
OVERRIDE = yaml.safe_dump({"services": {"app": {"environment": {"EXTRA": "1"}}, "worker": WORKER}})
MONITORING = {
    "in a second file": {
        "tracked": {"monitoring.yml": MONITOR},
        "deploy": (BUILD, MIGRATE, UP, "$compose -f monitoring.yml up -d"),
    },
    "in a second file of its own": {
        "tracked": {"monitoring.yml": MONITOR},
        "deploy": (BUILD, MIGRATE, UP, "${compose%% -f*} -f monitoring.yml up -d"),
    },
    "in a profile": {"compose": "--profile prod", "services": {"monitor": {**IDLE, "profiles": ["prod"]}}},
    "in an override file": {
        "tracked": {"docker-compose.override.yml": OVERRIDE},
        "compose": "-f docker-compose.yml -f docker-compose.override.yml",
    },
}
NAMED = {
    "by -p": {"compose": "-p @name@-live"},
    "by a variable": {"deploy": ("export COMPOSE_PROJECT_NAME=$name-live", BUILD, MIGRATE, UP)},
}
MIGRATOR = {**BACKEND, "command": ["alembic", "upgrade", "head"], "restart": "no", "ports": []}
NETWORKS = {
    "app": {
        "networks": ["front", "store"],
        "environment": {**BACKEND["environment"], "DATABASE_URL_FILE": "/run/secrets/url", "NEEDS_HOST": "legacy"},
        "secrets": ["url"],
        "extra_hosts": ["legacy:192.0.2.7"],
    },
    "services": {"db": {**DB, "networks": ["store"]}},
    "top": {"networks": {"front": {}, "store": {}}, "secrets": {"url": {"file": ".env.url"}}},
    "untracked": {".env.url": "postgresql+psycopg://shop:secret-of-@name@@db/shop"},
}


def test_the_plain_case(deployment):
    shop = deployment()
    assert shop.health()["release"] == "v2"
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)


def test_values_from_another_env_file(deployment):
    shop = deployment(compose="--env-file .env.prod", env_file=".env.prod")
    before, world = shop.runs(), shop.world()
    shop.rolled_back_or_untouched(shop.rollback(), before, world, "SECRET_KEY", "DB_PASSWORD")


def test_the_settings_name_the_env_file(deployment):
    settings = {"compose": {"env_file": ".env.prod"}}
    shop = deployment(compose="--env-file .env.prod", env_file=".env.prod", settings=settings)
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)


def test_values_that_the_deploy_script_exports(deployment):
    shop = deployment(env_file="")
    before, world = shop.runs(), shop.world()
    shop.rolled_back_or_untouched(shop.rollback(), before, world, "SECRET_KEY", "DB_PASSWORD")


def test_values_that_the_deploy_script_exports_over_defaults(deployment):
    app = {"ports": ["127.0.0.1:${WEB_PORT:-1@port@}:8000"], "profiles": ["web"]}
    shop = deployment(app=app, deploy=("export WEB_PORT=@port@ COMPOSE_PROFILES=web", BUILD, MIGRATE, UP))
    before, world = shop.runs(), shop.world()
    shop.untouched(shop.rollback(), world, "WEB_PORT", "write it into .env")
    shop.host.exec(f"echo WEB_PORT={shop.place.port} >>{shop.name}/.env")
    shop.rolled_back(shop.rollback(), before)


def test_values_that_the_deploy_script_exports_over_those_that_git_has(deployment):
    git = {".gitignore": "__pycache__/\n", ".env": "DB_PASSWORD=changethis\nSECRET_KEY=changethis\nPORT=1@port@\n"}
    shop = deployment(env_file="", tracked=git)
    before, world = shop.runs(), shop.world()
    assert "container-restart" not in shop.fab("diagnose").text
    shop.untouched(shop.rollback(), world, ".env has other values of DB_PASSWORD, PORT, SECRET_KEY than the shell")
    values = f"DB_PASSWORD=secret-of-{shop.name}\nSECRET_KEY=key-of-{shop.name}\nPORT={shop.place.port}\n"
    shop.host.exec(f"cat >{shop.name}.live", stdin=values)
    shop.settings["compose"]["env_file"] = [".env", f"../{shop.name}.live"]
    shop.write()
    shop.rolled_back(shop.rollback(), before)
    shop.went_back(shop.rollback(), before)


@pytest.mark.parametrize("options", NAMED.values(), ids=NAMED)
def test_the_project_has_a_name_of_its_own(deployment, options):
    shop = deployment(project="@name@-live", **options)
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)


def test_a_project_that_is_down_is_started_by_its_own_name(deployment):
    shop = deployment(compose="-p @name@-live", project="@name@-live")
    before = shop.runs()
    stopped = shop.fab("containers.restart", "--yes")
    assert stopped.code == 0, stopped.text
    shop.host.exec(f"cd {shop.name} && {shop.host.variant.compose_command} -p {shop.project} down")
    started = shop.fab("containers.start", "--yes")
    assert started.code == 0, started.text
    assert {each.project for each in shop.runs()} == {each.project for each in before} == {shop.project}
    assert shop.sql("SELECT count(*) FROM items") == "50"


@pytest.mark.parametrize("options", MONITORING.values(), ids=MONITORING)
def test_what_runs_beside_it_runs_afterwards(deployment, options):
    shop = deployment(**options)
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)


@pytest.mark.parametrize("chosen", [False, True], ids=["ambiguous", "chosen"])
def test_two_projects_of_one_checkout(deployment, chosen):
    development = "${compose%% -f*} -p $name-dev --env-file .env.dev"
    shop = deployment(
        untracked={".env.dev": "DB_PASSWORD=x\nSECRET_KEY=y\nPORT=1@port@\n"},
        deploy=(BUILD, MIGRATE, UP, *(line.replace("$compose", development) for line in (BUILD, MIGRATE, UP))),
        settings={"compose": {"project": "@name@"}} if chosen else {},
    )
    before, world = shop.runs(), shop.world()
    ran = shop.rollback()
    if chosen:
        shop.rolled_back(ran, before)
        ours = f"{shop.name}-dev"
        assert [each for each in shop.runs() if each.project == ours] == [
            each for each in before if each.project == ours
        ]
    else:
        shop.untouched(ran, world, f"{shop.name}-dev", "compose.project")


def test_as_many_workers_as_ran(deployment):
    shop = deployment(services={"worker": WORKER}, deploy=(BUILD, MIGRATE, f"{UP} --scale worker=3"))
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)


def test_a_job_that_has_ended_is_fine(deployment):
    shop = deployment(services={"migrate": MIGRATOR}, deploy=(BUILD, UP, "docker wait $($compose ps -aq migrate)"))
    before = shop.runs()
    assert [each.running for each in before if each.service == "migrate"] == [False]
    shop.rolled_back(shop.rollback(), before)


def test_a_job_that_shares_its_image_with_the_application(deployment):
    job = {**MIGRATOR, "image": "@name@-app"}
    shop = deployment(
        app={"image": "@name@-app", "depends_on": {"migrate": {"condition": "service_completed_successfully"}}},
        services={"migrate": {**job, "depends_on": BACKEND["depends_on"]}},
        deploy=(BUILD, UP),
    )
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)
    shop.went_back(shop.rollback(), before)


def test_networks_secrets_and_extra_hosts(deployment):
    shop = deployment(**NETWORKS)
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)


def test_a_cache_stays_up(deployment):
    shop = deployment(services={"cache": IDLE})
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)
    assert shop.of(shop.runs(), service="cache") == shop.of(before, service="cache")


def test_a_pooler_that_the_migrations_need(deployment):
    shop = deployment(**POOLER)
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)
