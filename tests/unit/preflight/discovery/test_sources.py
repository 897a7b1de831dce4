"""The checkout of a deployment: in which of its folders the application is."""

from __future__ import annotations

from tasks.config.settings import App, Compose, Environment, HostSettings
from tasks.preflight.discovery import sources
from tasks.preflight.discovery.sources import Sources
from tests.unit.support.discovered import backend
from tests.unit.support.scripted import Scripted

ABOVE = "up ../\nbranch main\nfile ../alembic.ini\nsection core ../alembic.ini\nscript ../alembic/env.py"
MODEL = "services: {app: {build: {context: ..}}, web: {build: web}, db: {image: postgres}}"


def looked(checkout: str) -> Sources:
    """What is found where compose worked in /home/ada/shop/deploy, and git says `checkout`."""
    answers = {"0": checkout, "1": "app alembic.ini\napp alembic.ini\n", "2 config": MODEL, "2 naming": "deploy -"}
    host = Scripted().replies(lambda name: answers[name])
    known = Environment(hosts=[HostSettings(host="h")], app=App(path="shop/deploy"), compose=Compose())
    return sources.look(host, known, "/home/ada/shop/deploy", [backend()])


def test_where_all_of_alembic_lies_above_it_is_the_top():
    found = looked(ABOVE)
    assert (found.path, found.checkout.configs, found.checkout.scripts) == (
        "/home/ada/shop",
        ["alembic.ini"],
        ["alembic"],
    )
    assert found.checkout.sections == {"alembic.ini": ["core"]}
    assert (found.contexts, found.configured) == ({"app": ".", "web": "deploy/web"}, ["app"])


def test_otherwise_it_is_where_compose_works():
    for below in ("up ../\nbranch main\nfile alembic.ini\nfile ../alembic.ini", "up ../\nbranch main", "up \nbranch x"):
        assert looked(below).path == "/home/ada/shop/deploy"
    assert looked(ABOVE.replace("../alembic", "alembic")).contexts == {"app": "..", "web": "web"}
