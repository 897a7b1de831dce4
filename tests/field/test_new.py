"""A deployment that nobody described: `fab init` alone, a green status, and a rollback by what it wrote."""

from __future__ import annotations

import pytest

from tests.field.recipe import BACKEND, WORKER
from tests.field.rows import IDLE
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
