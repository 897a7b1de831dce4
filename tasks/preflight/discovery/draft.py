"""An environment of hosts.yaml, drafted from what a deployment tells, in the order in which it is written."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct, structs

from ...config.settings import HostSettings
from ...config.writing import Line
from . import addresses, folders, servers, trees
from .survey import Survey

BRANCH = "main"
NOTIFY = "ROLLBACK_NOTIFY_URL"
LABELS = "the containers' labels"


class Draft(Struct, frozen=True):
    """The lines of an environment; and the variables that they name, by the values that stand behind them."""

    lines: list[Line]
    variables: dict[str, str]


def draft(name: str, reach: HostSettings, found: Survey) -> Draft:
    """Return the draft of environment `name` for a host that is reached as `reach` says."""
    item, variables = _host(name, reach)
    notify = Line(("notify",), [f"${{{NOTIFY}:-}}"], f"who is told: an Apprise address as {NOTIFY}; empty: nobody")
    lines = [
        Line(("hosts",), [item], "as it was reached"),
        *_app(found),
        *_compose(found),
        *_services(found),
        *_database(found),
        *addresses.guess(found.asked, found.codes),
        notify,
    ]
    return Draft(lines, {**variables, NOTIFY: ""})


def _host(name: str, reach: HostSettings) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the item of `hosts`, each value as the default of a variable; and these."""
    given = {key: str(value) for key, value in structs.asdict(reach).items() if value}
    stem = re.sub(r"^(?=\d)", "_", re.sub(r"\W", "_", name.upper(), flags=re.ASCII))
    variables = {f"{stem}_{key.upper()}": value for key, value in given.items() if not re.search("[${}]", value)}
    named = {key: f"{stem}_{key.upper()}" for key in given}
    item = {key: f"${{{named[key]}:-{value}}}" if named[key] in variables else value for key, value in given.items()}
    return item, variables


def _app(found: Survey) -> list[Line]:
    checkout = found.sources.checkout
    why = f"fill in: git knows no checkout there ({checkout.problem})" if checkout.problem else "compose works in it"
    branch = "the branch of the checkout" if checkout.branch else "HEAD is on no branch, and origin does not say"
    return [Line(("app", "path"), found.path, why), Line(("app", "branch"), checkout.branch or BRANCH, branch)]


def _compose(found: Survey) -> list[Line]:
    runs = found.deployment
    lines = [Line(("compose", "project"), found.members[0].project, LABELS)]
    if runs is None:
        why = "fill in: the containers do not agree on what they were made with"
        lines += [Line(("compose", "file"), "docker-compose.yml", why, open=True)]
    else:
        said = {"file": runs.files, "env_file": runs.env_files}
        lines += [
            Line(("compose", key), each[0] if len(each) == 1 else each, LABELS) for key, each in said.items() if each
        ]
    return [*lines, *([Line(("compose", "sudo"), True, "Docker is not for the login itself")] if found.sudo else [])]


def _services(found: Survey) -> list[Line]:
    place, played = ("compose", "services"), structs.asdict(found.roles)
    known = [Line((*place, name), role.service, role.why) for name, role in played.items() if role]
    wanted = {"backend": "fill in: none stands out", "frontend": "fill in, if one serves pages"}
    unknown = {name: why for name, why in wanted.items() if not played[name]}
    if not known:
        return [Line(place, dict.fromkeys(unknown, "SERVICE"), "fill in: none stands out", open=True)]
    return [*known, *(Line((*place, name), "SERVICE", why, open=True) for name, why in unknown.items())]


def _database(found: Survey) -> list[Line]:
    if not found.server:
        why = f"fill in, if there is one: {servers.missing(found.members)}"
        return [Line(("database",), {"name": "NAME", "user": "USER"}, why, open=True)]
    name = found.server.settings()["name"]
    migrations = trees.guess(found.sources, found.roles, found.tables, found.inside)
    return [*found.server.lines, folders.guess(found.backups, name), *migrations]
