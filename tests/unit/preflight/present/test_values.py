"""Values that the deploy script knows and the host does not: nothing is started without them."""

from __future__ import annotations

import pytest

from tasks.console.errors import Refused
from tasks.engine.told import Drift
from tasks.preflight.present import values
from tasks.preflight.present.drift import Drifted
from tasks.tools.compose.project import Description
from tests.unit.support.scripted import Scripted

V1 = "The KEY variable is not set. Defaulting to a blank string.\n"
V2 = 'time="2025" level=warning msg="The \\"KEY\\" variable is not set. Defaulting to a blank string."\n'
TEMPLATES = """
services:
  app: {environment: {URL: "db://shop:${KEY}@db", MODE: fast, OTHER: $OTHER}, ports: ["${KEY:-}:80"], command: serve}
"""
URL, MODE = Drift("app", "environment", ["MODE", "URL"]), Drift("app", "environment", ["MODE"])


def described(warnings: str = "", **environment: str | None) -> Description:
    return Description({"services": {"app": {"environment": environment}}}, "-", "app", warnings=warnings)


def host(templates: str = TEMPLATES, untold: str = "") -> Scripted:
    answers = iter([templates, untold])
    return Scripted().replies(lambda _name: next(answers))


@pytest.mark.parametrize("warning", [V1, V2])
@pytest.mark.parametrize("drift", [URL, Drift("app", "ports", ["80/tcp"]), Drift("app", "settings")])
def test_drift_that_comes_of_a_variable_without_a_value_is_refused_by_its_name(warning, drift):
    with pytest.raises(Refused, match=r"KEY: app would .*; write it into \.env on the host, or .*compose\.env_file"):
        values.require(host(), described(warning), Drifted([drift]))


@pytest.mark.parametrize("drift", [MODE, Drift("app", "command"), Drift("app", "environment", ["OTHER"])])
def test_drift_that_loses_nothing_is_no_reason(drift):
    values.require(host(), described(V1), Drifted([drift]))


def test_where_compose_cannot_say_what_it_makes_of_a_variable_it_may_be_all():
    with pytest.raises(Refused, match="no value for KEY"):
        values.require(host(""), described(V1), Drifted([MODE]))


@pytest.mark.parametrize("blank", ["", None])
def test_a_value_that_would_be_blank_is_refused_though_compose_does_not_warn(blank):
    with pytest.raises(Refused, match="no value for SECRET: app would"):
        values.require(Scripted(), described(SECRET=blank), Drifted([], [("app", "SECRET")]))


@pytest.mark.parametrize("environment", [{"SECRET": "there"}, {}])
def test_a_commit_that_has_the_value_or_no_need_of_it_is_no_reason(environment):
    values.require(Scripted(), described(**environment), Drifted([], [("app", "SECRET"), ("gone", "SECRET")]))


BY_DEFAULT = """
services:
  app:
    environment: {URL: "${URL:-db://}", MODE: "${MODE-fast}", COST: "$${PRICE:-1}"}
    ports: ["${WEB:-127.0.0.1:8000}:${PORT:-8000}", "${ADMIN:-9000}:9000"]
    volumes: ["${DATA:-./public:/app/public}", "${CODE:-.}:/app"]
    command: "serve --workers ${WORKERS:-2}"
    image: "app:${TAG:-latest}"
    mem_limit: "${MEMORY:-0}"
"""
LOST = {
    "environment URL": "URL",
    "environment MODE": "MODE",
    "ports 8000/tcp": "PORT, WEB",
    "ports 9000/tcp": "ADMIN",
    "volumes /app/public": "DATA",
    "command": "WORKERS",
}


@pytest.mark.parametrize(("drift", "names"), LOST.items())
def test_where_a_default_takes_the_place_of_a_value_that_nobody_tells_any_more_it_is_refused(drift, names):
    what, _, name = drift.partition(" ")
    every = "URL MODE PORT WEB ADMIN DATA CODE WORKERS TAG MEMORY PRICE"
    with pytest.raises(Refused, match=f"no value for {names}: app would start otherwise than as it runs now; write"):
        drift = Drift("app", what, [name] if name else [])
        values.require(host(BY_DEFAULT, every), described(), Drifted([drift]), defaults=True)


@pytest.mark.parametrize("untold", ["", "PORT"])
@pytest.mark.parametrize("port", ["8000/tcp", "9000/tcp"])
@pytest.mark.parametrize("drift", [URL, Drift("app", "environment", ["COST"]), None])
def test_what_compose_is_told_comes_of_a_change_on_the_host(drift, port, untold):
    found = Drifted([drift or Drift("app", "ports", [port])])
    values.require(host(BY_DEFAULT, untold), described(), found, defaults=True)


@pytest.mark.parametrize("drift", [Drift("app", "image"), Drift("app", "settings"), Drift("other", "command")])
def test_images_and_settings_that_are_not_told_apart_are_not_held_against_defaults(drift):
    values.require(host(BY_DEFAULT, "never asked"), described(), Drifted([drift]), defaults=True)


def test_defaults_of_files_that_were_rewritten_since_are_held_against_nobody():
    values.require(host(BY_DEFAULT, "WORKERS"), described(), Drifted([Drift("app", "command")]))


def test_where_nothing_differs_nothing_is_asked():
    values.require(Scripted(), described(V1), Drifted())


BY_SHELL = """
services:
  app: {environment: ["URL=db://${LOGIN}@db", "DOMAIN=${DOMAIN}", "MODE=fast", "COST=${COST}"], labels: ["a=${DOMAIN}"]}
"""


def test_a_value_that_the_files_say_otherwise_and_said_so_when_it_was_made_is_refused_by_its_name():
    found = Drifted([Drift("app", "environment", ["DOMAIN", "MODE", "URL"])], by_shell=["app"])
    words = r"^u@h:22: \.env has other values of DOMAIN, LOGIN than the shell that deployed it: app would start "
    cure = r"otherwise than as it runs now; name a file that .*: compose\.env_file: \[\.env, FILE\] in hosts\.yaml"
    with pytest.raises(Refused, match=words + cure):
        values.require(host(BY_SHELL), described(), found)


def test_of_values_that_nobody_tells_and_of_others_both_are_named():
    found = Drifted([Drift("app", "environment", ["COST", "DOMAIN"])], [("app", "COST")], by_shell=["app"])
    with pytest.raises(Refused, match=r"no value for COST, and \.env has other values of DOMAIN than"):
        values.require(host(BY_SHELL), described(COST=""), found)


@pytest.mark.parametrize(
    "found",
    [
        Drifted([Drift("app", "environment", ["DOMAIN"])]),
        Drifted([Drift("app", "environment", ["MODE"])], by_shell=["app"]),
        Drifted([Drift("app", "settings"), Drift("db", "environment", ["DOMAIN"])], by_shell=["app"]),
    ],
)
def test_what_may_have_changed_on_the_host_and_what_no_variable_says_is_no_reason(found):
    values.require(host(BY_SHELL), described(), found)
