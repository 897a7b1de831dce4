"""Images that no commit decides: the ledger or the operator does, or it is refused."""

from __future__ import annotations

import pytest

from tests.field.recipe import MIGRATE, UP

pytestmark = pytest.mark.sandbox


UNDECIDED = {
    "by a tag in .env": {
        "app": {"build": None, "image": "${NAME}:${TAG}"},
        "deploy": ("docker build -q -t $name:$release .", MIGRATE, UP),
    },
    "latest": {
        "app": {"build": None, "image": "@name@:latest"},
        "deploy": ("docker build -q -t $name:latest .", MIGRATE, UP),
    },
}
DECIDED = {
    "app": {"build": None, "image": "@name@:@release@"},
    "deploy": ("docker build -q -t $name:$release .", MIGRATE, UP),
}
EXTENDED = {
    "app": {"build": None, "extends": {"file": "base.yml", "service": "app"}},
    "tracked": {"base.yml": "services: {app: {image: '@name@:@release@', environment: {BASE: '@release@'}}}\n"},
    "deploy": DECIDED["deploy"],
}
PUSHED = {
    "app": {"build": None, "image": "127.0.0.1:5000/@name@:@release@"},
    "deploy": (
        "docker build -q -t 127.0.0.1:5000/$name:$release . && docker push -q 127.0.0.1:5000/$name:$release",
        MIGRATE,
        UP,
    ),
}
REGISTRY = """
cat > /tmp/registry.yml <<'END'
version: 0.1
storage: {filesystem: {rootdirectory: /tmp/registry}}
http: {addr: 127.0.0.1:5000}
END
setsid docker-registry serve /tmp/registry.yml </dev/null >/tmp/registry.log 2>&1 &
timeout 20 sh -c 'until curl -sf http://127.0.0.1:5000/v2/ >/dev/null; do sleep 0.1; done'
"""


@pytest.fixture
def registry(borrowed):
    """The host, on which a registry answers."""
    borrowed.exec(REGISTRY)
    return borrowed


@pytest.mark.parametrize("shallow", ["", "1"], ids=["", "shallow"])
@pytest.mark.parametrize("images", UNDECIDED.values(), ids=UNDECIDED)
def test_an_image_that_no_commit_decides_is_refused(deployment, images, shallow):
    shop = deployment(**images, values={"SHALLOW": shallow})
    world = shop.world()
    shop.untouched(shop.rollback(), world, "--image")


@pytest.mark.parametrize("images", UNDECIDED.values(), ids=UNDECIDED)
def test_an_image_that_the_ledger_knows(deployment, images):
    shop = deployment("v1", **images)
    recorded = shop.fab("release.record")
    assert recorded.code == 0, recorded.text
    shop.deploy("v2")
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)


def test_an_image_that_the_operator_names(deployment):
    shop = deployment(**UNDECIDED["by a tag in .env"])
    before = shop.runs()
    shop.rolled_back(shop.rollback("--image", f"backend={shop.name}:v1"), before)


def test_an_image_that_the_commit_names(deployment):
    shop = deployment(**DECIDED)
    before = shop.runs()
    shop.rolled_back(shop.rollback(), before)


@pytest.mark.long
def test_an_image_that_the_commit_names_in_a_file_that_is_extended(deployment):
    shop = deployment(**EXTENDED)
    names = f"docker images --no-trunc --format '{{{{.Tag}}}} {{{{.ID}}}}' {shop.name} | grep ^v | sort"
    tagged = shop.host.exec(names)
    ran = shop.rollback()
    assert ran.code == 0, ran.text
    assert (shop.head(), shop.health()["release"], shop.host.exec(names)) == (shop.good, "v1", tagged)
    assert all("BASE=v1" in app.environment for app in shop.of(shop.runs(), service="app"))
    undone = shop.fab("undo", "--yes")
    assert undone.code == 0, undone.text
    assert (shop.head(), shop.health()["release"], shop.host.exec(names)) == (shop.bad, "v2", tagged)


def test_an_image_of_the_commit_is_pulled_beforehand(deployment, registry):
    shop = deployment(**PUSHED)
    registry.exec(f"docker rmi 127.0.0.1:5000/{shop.name}:v1")
    before = shop.runs()
    ran = shop.rollback()
    shop.rolled_back(ran, before)
    assert "pull" not in ran.out.partition("] Stop app")[2].lower(), ran.out


def test_an_image_of_the_commit_that_cannot_be_pulled_stops_nothing(deployment, registry):
    shop = deployment(**PUSHED)
    registry.exec(f"docker rmi 127.0.0.1:5000/{shop.name}:v1; pkill -f [d]ocker-registry")
    before = shop.runs()
    ran = shop.rollback()
    assert ran.code in (1, 2), ran.text
    assert (shop.runs(), shop.head(), shop.health().get("release")) == (before, shop.bad, "v2")


@pytest.mark.parametrize(
    ("images", "named"), [(UNDECIDED["by a tag in .env"], "backend={name}:v1"), (DECIDED, "")], ids=["named", "decided"]
)
def test_the_image_that_ran_before_comes_back(deployment, images, named):
    shop = deployment(**images)
    before = _images(shop)
    ran = shop.rollback(*(["--image", named.format(name=shop.name)] if named else []))
    assert ran.code == 0, ran.text
    assert _images(shop)["app"] != before["app"]
    undone = shop.fab("undo", "--yes")
    assert undone.code == 0, undone.text
    assert (_images(shop), shop.head(), shop.health()["release"]) == (before, shop.bad, "v2")


def _images(shop):
    return {each.service: each.image for each in shop.runs()}
