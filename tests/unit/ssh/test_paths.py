"""Where things of a deployment lie: the same place however its path is spelled."""

from __future__ import annotations

import pytest

from tasks.ssh import paths
from tests.unit.support.deployment import environment


@pytest.mark.parametrize("path", ["shop/app", "shop/app/", "~/shop/app"])
def test_the_state_is_that_of_the_deployment_not_of_the_spelling_of_its_path(path):
    made = environment(app={"path": path})
    assert paths.state_path(made) == ".fab-rollback/shop_app"
    assert paths.state(made) == '"$HOME"/.fab-rollback/shop_app'


def test_the_checkout_lies_in_the_home_unless_its_path_is_absolute():
    assert paths.app(environment(app={"path": "app"})) == '"$HOME"/app'
    assert paths.app(environment(app={"path": "/srv/it's"})) == "'/srv/it'\"'\"'s'"
