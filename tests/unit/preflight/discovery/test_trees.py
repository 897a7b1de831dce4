"""Where migrations are, by the checkout and by the containers."""

from __future__ import annotations

from tasks.preflight.discovery import trees
from tasks.preflight.discovery.roles import Role, Roles
from tasks.tools.git.described import Checkout

ROLES = Roles(backend=Role("app", ""))


def known(lines) -> dict[str, object]:
    """What the lines say, by the last word of their place."""
    return {line.place[-1]: line.value for line in lines if not line.open}


def test_the_configuration_in_the_folder_that_the_service_is_built_from_is_taken():
    checkout = Checkout(configs=["alembic.ini", "backend/alembic.ini"])
    found = trees.guess(checkout, ROLES, ["app"], {"app": "backend"})
    assert known(found) == {"service": "app", "config": "backend/alembic.ini"}
    assert found[1].why == "git has it; also there: alembic.ini"
    assert known(trees.guess(checkout, ROLES, [], {}))["config"] == "alembic.ini"


def test_where_only_another_container_has_it_that_is_the_service():
    found = trees.guess(Checkout(configs=["alembic.ini"]), ROLES, ["migrate"], {})
    assert known(found)["service"] == "migrate"


def test_without_an_ini_it_is_the_script_folder():
    assert known(trees.guess(Checkout(scripts=["app/migrations"]), ROLES, [], {}))["config"] == "app/migrations"


def test_flask_has_a_command_of_its_own():
    checkout = Checkout(configs=["migrations/alembic.ini"], scripts=["migrations"], flask=["migrations"])
    assert known(trees.guess(checkout, ROLES, [], {}))["command"] == "flask db"


def test_where_there_is_none_it_is_left_to_be_filled_in():
    (line,) = trees.guess(Checkout(configs=["../alembic.ini"]), ROLES, ["app"], {})
    assert (line.open, line.place) == (True, ("database", "alembic"))
    assert "only app has it, in its container" in line.why
