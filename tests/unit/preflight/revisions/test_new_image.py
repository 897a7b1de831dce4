"""Which image has the migrations of a commit that is not deployed: named, kept, written in its files, or just built."""

from __future__ import annotations

import pytest

from tasks.console.errors import Refused
from tasks.preflight.present import target_files
from tasks.preflight.revisions import new_image
from tasks.tools.compose.images import Target
from tasks.tools.compose.written import Written
from tests.unit.support.deployment import GOOD, container, environment, state
from tests.unit.support.reports import COMMIT, FILES, WANTED

KEPT = f"app_api:{GOOD}"


@pytest.fixture
def found(mocker):
    """Return the image that is found where these are on the host, by name."""

    def met(there, *, named=None, wanted=WANTED, **values):
        c = mocker.Mock(environment=environment(), address="u@h:22")

        def ask(probe):
            (command,) = probe.commands.values()
            asked = dict(line.split(" ", 1) for line in command.partition("IMAGES='")[2].partition("'")[0].splitlines())
            return {key: there.get(name, "") for key, name in asked.items()}

        c.ask.side_effect = ask
        mocker.patch.object(target_files, "check", return_value=wanted)
        return new_image.find(c, state(container("api"), container("db"), **values), COMMIT, named or {})

    return met


def test_what_the_operator_names_comes_first_by_service_or_role(found):
    assert found({"own:1": "sha256:own", KEPT: "sha256:kept"}, named={"backend": "own:1"}) == "sha256:own"
    with pytest.raises(Refused, match="there is no image own:1 on the host"):
        found({KEPT: "sha256:kept"}, named={"api": "own:1"})


def test_the_kept_image_of_the_commit(found):
    assert found({KEPT: "sha256:kept", "app_api:latest": "sha256:latest"}) == "sha256:kept"
    assert found({KEPT: "sha256:kept", "app_api:latest": "image-api"}, head=GOOD) == "sha256:kept"


def test_where_the_checkout_is_at_the_commit_what_was_built_since(found):
    assert found({KEPT: "sha256:kept", "app_api:latest": "sha256:latest"}, head=GOOD) == "sha256:latest"
    with pytest.raises(Refused, match="there is no image of .* Build or pull it first, and name it"):
        found({"app_api:latest": "image-api"}, head=GOOD)
    with pytest.raises(Refused, match="there is no image of"):
        found({"app_api:latest": "sha256:latest"})


def test_where_the_code_is_mounted_what_runs_will_do(found):
    mounted = Target(FILES, written={"api": Written(mounts=["./"])})
    assert found({"image-api": "image-api"}, wanted=mounted) == "image-api"
