"""Where migrations are, by the checkout and by the containers."""

from __future__ import annotations

from tasks.preflight.discovery import trees
from tasks.preflight.discovery.roles import Role, Roles
from tasks.preflight.discovery.sources import Sources
from tasks.tools.git.described import Checkout

ROLES = Roles(backend=Role("app", ""))


def known(lines) -> dict[str, object]:
    """What the lines say, by the last word of their place."""
    return {line.place[-1]: line.value for line in lines if not line.open}


def told(checkout: Checkout, configured: list[str], contexts: dict[str, str]) -> Sources:
    """What the checkout and the containers tell."""
    return Sources(path="/srv/shop", checkout=checkout, contexts=contexts, configured=configured)


def test_the_configuration_in_the_folder_that_the_service_is_built_from_is_taken():
    checkout = Checkout(configs=["alembic.ini", "backend/alembic.ini"])
    found = trees.guess(told(checkout, ["app"], {"app": "backend"}), ROLES)
    assert known(found) == {"service": "app", "config": "backend/alembic.ini"}
    assert found[1].why == "git has it; also there: alembic.ini"
    assert known(trees.guess(told(checkout, [], {}), ROLES))["config"] == "alembic.ini"


def test_where_only_another_container_has_it_that_is_the_service():
    found = trees.guess(told(Checkout(configs=["alembic.ini"]), ["migrate"], {}), ROLES)
    assert known(found)["service"] == "migrate"


def test_without_an_ini_it_is_the_script_folder():
    assert known(trees.guess(told(Checkout(scripts=["app/migrations"]), [], {}), ROLES))["config"] == "app/migrations"


def test_flask_has_a_command_of_its_own():
    checkout = Checkout(configs=["migrations/alembic.ini"], scripts=["migrations"], flask=["migrations"])
    assert known(trees.guess(told(checkout, [], {}), ROLES))["command"] == "flask db"


def test_where_there_is_none_it_is_left_to_be_filled_in():
    (line,) = trees.guess(told(Checkout(configs=["../alembic.ini"]), ["app"], {}), ROLES)
    assert (line.open, line.place) == (True, ("database", "alembic"))
    assert "only app has it, in its container" in line.why


SUBFOLDER = Checkout(configs=["backend/db/alembic.ini"])


def test_an_ini_that_lies_elsewhere_in_the_container_is_named_to_alembic():
    sources = told(SUBFOLDER, [], {"app": "backend"})
    assert trees.elsewhere(sources, ROLES) == ("app", ["backend/db/alembic.ini", "db/alembic.ini"])
    found = trees.guess(sources, ROLES, inside={"app": "db/alembic.ini"})
    assert known(found)["command"] == "alembic -c db/alembic.ini"
    assert found[-1].why == "app has it there"


def test_one_that_is_not_seen_in_the_container_is_left_to_be_filled_in():
    line = trees.guess(told(SUBFOLDER, [], {}), ROLES)[-1]
    assert (line.open, line.value) == (True, "alembic -c backend/db/alembic.ini")
    assert line.why == "fill in: where app has its alembic.ini"
    assert trees.elsewhere(told(Checkout(configs=["alembic.ini"]), [], {}), ROLES) == ("", [])
    assert trees.elsewhere(told(SUBFOLDER, ["app"], {}), ROLES) == ("", [])


def test_an_ini_whose_own_section_names_no_scripts_is_called_by_the_section_that_does():
    checkout = Checkout(configs=["alembic.ini"], sections={"alembic.ini": ["core", "tenant"]})
    found = trees.guess(told(checkout, ["app"], {}), ROLES)
    assert (known(found)["command"], found[-1].why) == ("alembic -n core", "of its sections core, tenant the first")
    for names in (["alembic", "more"], ["DEFAULT"]):
        checkout = Checkout(configs=["alembic.ini"], sections={"alembic.ini": names})
        assert "command" not in known(trees.guess(told(checkout, ["app"], {}), ROLES))


def test_the_table_that_the_database_has_is_written_where_it_is_not_the_usual_one():
    def table(*tables: tuple[str, str]):
        return trees.guess(told(Checkout(configs=["alembic.ini"]), ["app"], {}), ROLES, tables)[2:]

    assert known(table(("live", "alembic_version"))) == {"schema": "live"}
    assert known(table(("live", "live_version"))) == {"schema": "live", "table": "live_version"}
    assert table() == table(("a", "b"), ("public", "alembic_version")) == []
    several = table(("a", "v"), ("b", "v"))
    assert [line.open for line in several] == [True, True]
    assert several[0].why == "fill in: the database has a.v, b.v"
