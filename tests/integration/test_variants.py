"""The main job on every kind of deployment: same result."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.sandbox
VARIANTS = {
    "the old engine": {"engine": "old"},
    "compose v2, bind mount, no container names": {"compose": "v2", "bind_mount": True, "container_names": False},
    "no frontend, backend in a subfolder": {"frontend": False, "alembic_subfolder": True},
    "no alembic": {"alembic": False},
    "compose v2, no database": {"compose": "v2", "database": False},
}
LONG = {"no frontend, backend in a subfolder", "no alembic", "compose v2, no database"}
CASES = [pytest.param(o, id=name, marks=pytest.mark.long if name in LONG else ()) for name, o in VARIANTS.items()]


def images(operator) -> dict[str, str]:
    """Names of the images that run, by service, as far as they name the good commit."""
    form = '{{index .Config.Labels "com.docker.compose.service"}} {{.Image}}'
    lines = operator.host.exec(f"docker ps -q | xargs -r docker inspect -f '{form}'").splitlines()
    names = "docker image inspect -f '{{join .RepoTags \" \"}}' "
    return {s: t for s, i in map(str.split, lines) if operator.good in (t := operator.host.exec(names + i))}


@pytest.mark.parametrize("options", CASES)
def test_a_broken_release_is_rolled_back_whatever_the_deployment_is_made_of(deployed, options):
    operator = deployed(**options)
    rows = operator.rows()
    assert operator.status_of() == "500"
    ran = operator.fab("full-rollback", "--commit", operator.good[:7], "--yes")
    assert ran.code == 0, ran.text
    assert (operator.head(), operator.status_of(), operator.rows()) == (operator.good, "200", rows)
    assert images(operator).keys() == {"app", *(["web"] if operator.host.variant.frontend else [])}
    ran = operator.fab("verify", "--commit", operator.good)
    assert ran.code == 0, ran.text
