"""What differs between a container and what compose means, by name."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.engine.told import Drift
from tasks.preflight.present import drift
from tasks.tools.compose.made import Made, Otherwise, hashed

IMAGE = {"env PATH": hashed("PATH=/bin"), "command": hashed(["serve"]), "entrypoint": hashed(None)}
SERVICE: dict[str, Any] = {
    "image": "shop/app:1",
    "environment": {"KEY": "a$b", "MODE": ""},
    "ports": [{"target": 8000, "published": "9001", "host_ip": "127.0.0.1", "protocol": "tcp"}],
    "volumes": [
        {"type": "volume", "source": "data", "target": "/data"},
        {"type": "bind", "source": "/srv/app/conf", "target": "/conf", "read_only": True},
    ],
    "networks": {"default": None},
}
CONFIG = {"volumes": {"data": {"name": "shop_data"}}, "networks": {"default": {"name": "shop_default"}}}
MOUNTS = [
    {"Type": "volume", "Name": "shop_data", "Source": "/var/x", "Destination": "/data", "RW": True},
    {"Type": "bind", "Source": "/home/ada/app/conf", "Destination": "/conf", "RW": False},
    {"Type": "volume", "Name": "f" * 64, "Source": "/var/y", "Destination": "/cache", "RW": True},
]


def made(environment: dict[str, str] | None = None, **values: Any) -> Made:
    """What a container was made with: what the service says, unless said otherwise."""
    own = {"PATH": "/bin", "KEY": "a$b", "MODE": "", **(environment or {})}
    ordinary = {
        "project": "shop",
        "service": "app",
        "image": "shop/app:1",
        "id": "sha256:1",
        "now": "sha256:1",
        "version": "2.40.3",
        "ports": {"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "9001"}]},
        "mounts": MOUNTS,
        "networks": {"shop_default": {}},
        "own": {**IMAGE, **{f"env {name}": hashed(f"{name}={value}") for name, value in own.items()}},
        "given": IMAGE,
    }
    return Made(**{**ordinary, **values})


def compared(*containers: Made, version: str = "2.40.3", **service: Any) -> drift.Drifted:
    said = {key: value for key, value in {**SERVICE, **service}.items() if value != "left out"}
    config = {"services": {"app": said}, **CONFIG}
    return drift.compare(Otherwise(list(containers) or [made()], config, version, ["/srv/app", "/home/ada/app"]))


def whats(found: drift.Drifted) -> list[tuple[str, list[str]]]:
    assert {one.service for one in found.drift} <= {"app"}
    return [(one.what, one.names) for one in found.drift]


@pytest.mark.parametrize(
    ("container", "differs"),
    [
        (made({"KEY": "other", "HAND": "x"}), ("environment", ["HAND", "KEY"])),
        (made({"PATH": "/other"}), ("environment", ["PATH"])),
        (made(image="shop/app:2"), ("image", [])),
        (made(ports={}), ("ports", ["8000/tcp"])),
        (made(ports={"8000/tcp": [{"HostIp": "", "HostPort": "9001"}]}), ("ports", ["8000/tcp"])),
        (made(mounts=MOUNTS[:1]), ("volumes", ["/conf"])),
        (made(mounts=[{**MOUNTS[0], "Name": "other"}, MOUNTS[1]]), ("volumes", ["/data"])),
        (made(mounts=[MOUNTS[0], {**MOUNTS[1], "RW": True}]), ("volumes", ["/conf"])),
        (made(networks={"shop_default": {}, "other": {}}), ("networks", ["other"])),
        (made(own={**made().own, "command": hashed(["debug"])}), ("command", [])),
        (made(own={**made().own, "entrypoint": hashed(["sh"])}), ("entrypoint", [])),
    ],
)
def test_what_differs_is_told_by_its_name(container, differs):
    assert whats(compared(container)) == [differs]


def test_what_is_not_told_apart_is_other_settings_where_the_same_compose_says_so():
    assert whats(compared()) == [("settings", [])]
    assert whats(compared(version="v2.40.3-3")) == [("settings", [])]
    assert whats(compared(ipc="host", volumes_from=[])) == [("settings", [])]


@pytest.mark.parametrize(
    "shared", [{"volumes_from": ["config:ro"]}, {"network_mode": "service:vpn"}, {"pid": "service:x"}]
)
def test_the_hash_of_what_shares_with_another_service_says_nothing(shared):
    """Compose hashes the id of the container that it stands for."""
    assert whats(compared(**shared)) == []
    assert whats(compared(made({"KEY": "other"}), **shared)) == [("environment", ["KEY"])]


@pytest.mark.parametrize(
    "container",
    [
        made(version="2.30.0"),  # another compose makes other hashes
        made(now="sha256:2"),  # v1 counts the image's id
        made(image=f"shop/app:{'a' * 40}"),  # what a rollback chose
        made({"http_proxy": "from the login's settings"}, version="2.30.0"),
        made(own={**made().own, "entrypoint": hashed([])}, version="2.30.0"),
    ],
)
def test_another_hash_alone_is_no_drift(container):
    assert compared(container).drift == []


@pytest.mark.parametrize(
    "service",
    [
        {"ports": ["127.0.0.1:9001:8000/tcp"], "networks": "left out"},
        {"volumes": ["data:/data:rw", "/home/ada/app/conf:/conf:ro"], "environment": ["KEY=a$b", "MODE="]},
        {"command": "serve", "entrypoint": None},
        {"volumes": [*SERVICE["volumes"], "/cache"], "networks": ["default"]},
    ],
)
def test_both_kinds_of_compose_are_understood(service):
    assert compared(made(version="2.30.0"), **service).drift == []


def test_the_names_of_v1_are_understood():
    container = made(image="shop_app", version="1.29.2")
    found = Otherwise([container], {"services": {"app": {**SERVICE, "image": None}}, "volumes": {"data": {}}}, "1.29.1")
    assert drift.compare(found).drift == [Drift("app", "volumes", ["/conf"])]


def test_an_image_that_is_gone_tells_nothing_of_what_it_sets():
    assert whats(compared(made({"KEY": "x", "HAND": "x"}, given={}))) == [("environment", ["KEY"])]


def test_secrets_and_what_another_container_shares_are_no_volumes_and_networks_of_ours():
    secret = {"Type": "bind", "Source": "/srv/app/url", "Destination": "/run/secrets/url", "RW": False}
    config = {"Type": "bind", "Source": "/srv/app/c", "Destination": "/etc/c", "RW": False}
    container = made(mounts=[*MOUNTS, secret, config], networks={}, version="2.30.0")
    service = {"secrets": ["url"], "configs": [{"source": "c", "target": "/etc/c"}], "network_mode": "service:db"}
    assert compared(container, **service).drift == []
    assert whats(compared(made(), network_mode="host")) == [("networks", ["host", "shop_default"])]


def test_what_differs_in_any_container_of_a_service_is_said_once():
    found = compared(made({"KEY": "x"}), made({"HAND": "x"}), made(service="unknown"))
    assert found.drift == [Drift("app", "environment", ["HAND", "KEY"])]


@pytest.mark.parametrize("value", ["", None])
def test_a_variable_that_would_lose_its_value_is_named(value):
    environment = {"KEY": value, "MODE": ""}
    assert compared(environment=environment).blank == [("app", "KEY")]
    assert compared(made({"KEY": ""}), environment=environment).blank == []


def test_a_service_is_its_deployers_shells_where_all_that_differs_of_it_was_made_of_the_files_as_they_are():
    other = {"KEY": "b"}
    assert compared(made(other, later=True)).by_shell == ["app"]
    assert compared(made(other, later=True), made(other)).by_shell == []


def test_each_services_line_says_whether_its_deployers_shell_had_what_differs():
    found = compared(made({"KEY": "b"}, later=True))
    assert drift.lines(found, "a.yml") == [
        "app: differs from a.yml: environment KEY: the shell that deployed it had other values"
    ]
    assert drift.lines(compared(made({"KEY": "b"})), "a.yml") == ["app: differs from a.yml: environment KEY"]
    assert drift.lines(drift.Drifted(problem="x"), "a.yml") == ["what runs cannot be compared with a.yml: x"]
