"""Containers of projects that are not known yet, as data."""

from __future__ import annotations

from typing import Any

from tasks.tools.compose.projects import Member, Port, Url

ADDRESS = Url("ada", "db", "5432", "shop")


def member(service: str, image: str = "", **told: Any) -> Member:
    """A running container of project shop."""
    ordinary = {"id": f"id-{service}", "name": f"shop-{service}-1", "project": "shop", "folder": "/home/ada/shop"}
    return Member(**{**ordinary, "service": service, "image": image or f"shop-{service}", **told})


def server(service: str = "db", image: str = "postgres:15", **variables: str) -> Member:
    """The container of a PostgreSQL."""
    return member(service, image, environment={"PG_MAJOR": "15", **variables}, exposed=[5432])


def backend(service: str = "app", **told: Any) -> Member:
    """The container of an application that has its database in `db`."""
    return member(service, **{"urls": [ADDRESS], "ports": [Port(8000, "127.0.0.1", 9001)], **told})
