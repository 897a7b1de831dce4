"""Health addresses as they are: behind a name, with a certificate of one's own, other codes, or none at all."""

from __future__ import annotations

import pytest

from tests.field.recipe import BACKEND, BUILD, MIGRATE, UP
from tests.field.rows import forward

pytestmark = pytest.mark.sandbox

HERE = "http://127.0.0.1:@port@"
SELF_SIGNED = (
    "[ -e .env.pem ] || openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=shop -keyout .env.pem -out .env.crt"
)
TOGETHER = "grep -q CERTIFICATE .env.pem || { cat .env.crt >> .env.pem; chmod 644 .env.pem; }"


def settings(*addresses: object) -> dict:
    return {"health": {"urls": list(addresses)}}


def environment(**values: str) -> dict:
    return {"environment": {**BACKEND["environment"], **values}}


ASK = "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health')"
CHECK = {"test": ["CMD", "python", "-c", ASK], "interval": "1s", "retries": 10}
KINDS = {
    "by a Host header": {
        "app": environment(ONLY_HOST="shop.example.org"),
        "ask": f"curl -s -m 3 -H Host:shop.example.org {HERE}/health",
        "settings": settings({"url": f"{HERE}/health", "host": "shop.example.org"}),
    },
    "https with a certificate of its own": {
        "app": {**environment(CERTIFICATE="/cert.pem"), "volumes": ["./.env.pem:/cert.pem:ro"]},
        "ask": "curl -sk -m 3 https://127.0.0.1:@port@/health",
        "deploy": (SELF_SIGNED, TOGETHER, BUILD, MIGRATE, UP),
        "settings": settings({"url": "https://127.0.0.1:@port@/health", "insecure": True}),
    },
    "204": {"settings": settings({"url": f"{HERE}/empty", "status": 204})},
    "a redirect": {"settings": settings({"url": f"{HERE}/moved", "status": 301}, f"{HERE}/health")},
    "what the answer contains": {"settings": settings({"url": f"{HERE}/health", "contains": '"works": true'})},
}
NAME = "shop.example.org"
# As others do, it learns of the application by Docker's socket, which the copy of a drill has not.
SOCKET = "/var/run/docker.sock"
PROXY = forward(80, "app", 8000, needs=SOCKET)
BEHIND_A_PROXY = {
    "app": {
        **environment(ONLY_HOST=NAME),
        "ports": None,
        "labels": {
            "traefik.http.routers.shop.rule": f"Host(`{NAME}`)",
            "traefik.http.services.shop.loadbalancer.server.port": "8000",
        },
    },
    "services": {"proxy": {**PROXY, "ports": ["127.0.0.1:${PORT}:80"], "volumes": [f"{SOCKET}:{SOCKET}:ro"]}},
    "ask": f"curl -s -m 3 -H Host:{NAME} {HERE}/health",
    "settings": settings({"url": f"{HERE}/health", "host": NAME}),
}


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_health_is_asked_as_it_can_be(deployment, options):
    shop = deployment(**options)
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)


def test_what_only_a_proxy_leads_to_is_tried_in_a_rehearsal_and_started_in_a_drill_beside(deployment):
    shop = deployment(**BEHIND_A_PROXY)
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)
    rehearsed = shop.fab("db.rehearse", "--commit", shop.good, "--yes")
    assert f"the image of {shop.good[:12]} answers 200 on the downgraded schema" in rehearsed.out, rehearsed.text
    assert shop.fab("backups.create", "--yes").code == 0
    drilled = shop.fab("drill", "--beside", "--json")
    found = {part["name"]: part["state"] for part in drilled.json()["parts"]}
    assert found == dict.fromkeys(("restore", "release", "untouched"), "proven"), drilled.text


def test_without_addresses_the_checks_of_the_containers_count(deployment):
    shop = deployment(app={"healthcheck": CHECK}, settings=settings())
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)


def test_the_answer_has_to_contain_what_is_said(deployment):
    shop = deployment(settings=settings({"url": f"{HERE}/health", "contains": "no such text"}))
    ran = shop.rollback()
    assert ran.code == 1, ran.text
    assert "no such text" in ran.err


def test_a_service_that_stays_unhealthy_is_no_success(deployment):
    sick = {**CHECK, "test": ["CMD", "python", "-c", "raise SystemExit(1)"]}
    shop = deployment(app={"healthcheck": sick}, settings=settings())
    ran = shop.rollback()
    assert ran.code != 0, ran.text
    assert "unhealthy" in ran.err
