"""What compose made on a host, whatever project it is of; no secret of it leaves the host."""

from __future__ import annotations

import json

import pytest

from tasks.ssh.shell import quote
from tasks.tools.compose import projects
from tasks.tools.compose.projects import Landscape, Port, Url
from tests.unit.support.stage import Stage

SECRET = "p:w?d/1"
UNCLEAR = "p:w?d/1@2"
TOLD = {
    "id": "1",
    "name": "/shop-app-1",
    "image": "registry:5000/us/shop:3",
    "status": "running",
    "code": 0,
    "project": "shop",
    "service": "app",
    "working_dir": "/home/ada/shop",
    "folder": "/app",
    "ports": {"8000/tcp": [{"HostIp": "0.0.0.0", "HostPort": "80"}, {"HostIp": "::", "HostPort": "80"}], "9/udp": None},
    "bindings": {},
    "exposed": {"8000/tcp": {}},
    "hosts": ["database:host-gateway", "six:::1"],
    "hostname": "web.shop",
    "networks": {"shop_default": {"Aliases": ["app", "shop"]}, "bridge": {"Aliases": None}},
    "mounts": [
        {"Type": "bind", "Source": "/srv/b", "Destination": "/backups"},
        {"Type": "volume", "Name": "data", "Source": "/var/lib/docker/x", "Destination": "/data"},
    ],
}


def container(*environment: str, check: list[str] | None = None, **told: object) -> str:
    """What `docker inspect` prints of a container."""
    lines = [f"container {json.dumps({**TOLD, **told})}", *(f"env {json.dumps(one)}" for one in environment)]
    return "\n".join([*lines, *([f"check {json.dumps(check)}"] if check else []), ""])


def docker(*containers: str, plain: bool = True) -> str:
    """A docker that has these containers; not `plain`: it answers to sudo only."""
    inspected = f"inspect) printf '%s\\n' {quote(''.join(containers))} ;;"
    refusing = "" if plain else '[ -n "${BY_SUDO-}" ] || { echo "permission denied: docker.sock" >&2; exit 1; }\n'
    return f'{refusing}case "$1" in ps) echo id ;; {inspected} esac'


def seen(*containers: str, plain: bool = True) -> Landscape | str:
    """What is found where docker has these containers."""
    with Stage(docker=docker(*containers, plain=plain)) as stage:
        if not plain:
            sudo = stage.home.parent / "bin" / "sudo"
            sudo.write_text('#!/bin/sh\nshift\nBY_SUDO=1 exec "$@"\n')
            sudo.chmod(0o755)
        done = stage.run(projects.probe().commands[""])
        assert SECRET not in done.stdout
        return projects.parse(done.stdout) if done.returncode == 0 else done.stderr


def test_a_container_tells_where_it_was_made_and_what_the_host_answers_for():
    (member,) = seen(container()).members
    assert (member.project, member.service, member.folder, member.workdir) == ("shop", "app", "/home/ada/shop", "/app")
    assert (member.kind, member.name, member.over) == ("shop", "shop-app-1", False)
    assert (member.ports, member.exposed) == ([Port(8000, "127.0.0.1", 80)], [8000])
    assert member.mounts == {"/backups": "/srv/b"}
    assert member.names == {"app", "shop-app-1", "web.shop", "shop"}
    assert member.hosts == {"database": "host-gateway", "six": "::1"}


def test_what_does_not_run_has_the_ports_that_it_would_have():
    (member,) = seen(container(ports={}, bindings={"5/tcp": [{"HostIp": "10.0.0.1", "HostPort": "6"}]})).members
    assert member.ports == [Port(5, "10.0.0.1", 6)]


@pytest.mark.parametrize(
    ("status", "code", "over"),
    [
        ("exited", 0, True),
        ("created", 0, True),
        ("exited", 1, False),
        ("restarting", 1, False),
        ("restarting", 0, False),
    ],
)
def test_what_ends_in_a_loop_or_by_an_error_is_not_over(status, code, over):
    (member,) = seen(container(status=status, code=code)).members
    assert member.over == over


def test_of_the_environment_only_what_names_a_database_is_told():
    (member,) = seen(
        container(
            "POSTGRES_DB=shop",
            f"POSTGRES_PASSWORD={SECRET}",
            "PGDATA=/d",
            f"DB_USER=x {SECRET}",
            "SECRET_KEY=k",
            "SHOP__DB__HOST=store",
            "SHOP_DB_PASS=k",
            "MY_DATABASE_CREDENTIALS=k",
        )
    ).members
    assert member.environment == {"POSTGRES_DB": "shop", "PGDATA": "/d", "SHOP__DB__HOST": "store"}


URLS = {
    f"postgresql+psycopg://ada:{SECRET}@db:5433/shop?x=1": Url("ada", "db", "5433", "shop"),
    f"postgres://ada:{SECRET}@db/shop": Url("ada", "db", "", "shop"),
    f"postgresql://db/shop?user=ada&password={SECRET}": Url("", "db", "", "shop"),
    "postgresql:///shop?host=/run": Url("", "", "", "shop"),
    f"postgresql://ada:{SECRET}@/": Url("ada", "", "", ""),
}


@pytest.mark.parametrize(("address", "meant"), URLS.items())
def test_an_address_of_a_database_is_told_without_its_password(address, meant):
    (member,) = seen(container(f"ANYTHING={address}")).members
    assert member.urls == [meant]


@pytest.mark.parametrize("address", [f"postgres://ada:{UNCLEAR}@db/shop", f"postgres://db/shop?password={UNCLEAR}"])
def test_an_address_in_which_the_password_has_no_plain_end_is_passed_over(address):
    (member,) = seen(container(f"ANYTHING={address}")).members
    assert member.urls == []


def test_a_health_check_tells_its_address_without_what_may_be_secret():
    check = ["CMD-SHELL", f"curl -fs 'http://localhost:8000/health?token={SECRET}' || exit 1"]
    assert seen(container(check=check)).members[0].check == "http://localhost:8000/health"
    assert seen(container(check=["CMD-SHELL", "curl localhost:8000/up"])).members[0].check == "http://localhost:8000/up"
    assert seen(container(check=["CMD", "curl", "-f", "127.0.0.1/x?y=1"])).members[0].check == "http://127.0.0.1/x"
    assert seen(container(check=["CMD", "nc", "-z", "localhost:8000"])).members[0].check == ""
    assert seen(container(check=["CMD", "curl", f"http://ada:{SECRET}@localhost/x"])).members[0].check == ""
    assert seen(container(check=["CMD", "redis-cli", "-a", SECRET, "ping"])).members[0].check == ""


ROUTER = "traefik.http.routers.shop-https.rule"
NAMES = {
    (ROUTER, "Host(`api.example.com`) && PathPrefix(`/v1`)"): ["api.example.com"],
    (ROUTER, "Host(`a.example.com`) || Host(`b.example.com`)"): ["a.example.com", "b.example.com"],
    ("traefik.frontend.rule", "Host:a.example.com,b.example.com"): ["a.example.com"],
    (ROUTER, "HostRegexp(`{sub:[a-z]+}.example.com`)"): [],
    ("traefik.http.routers.shop-https.entrypoints", "Host(`x`)"): [],
    ("caddy", "https://a.example.com, b.example.com"): ["a.example.com"],
    ("caddy.reverse_proxy", "{{upstreams 80}}"): [],
    ("maintainer", SECRET): [],
}


@pytest.mark.parametrize(("label", "names"), NAMES.items())
def test_the_names_that_a_proxy_is_told_are_those_of_its_labels(label, names):
    key, value = label
    labelled = container() + f"label {json.dumps(key)} {json.dumps(value)}\n"
    assert seen(labelled).members[0].called == names


def test_nginx_proxys_names_are_a_variables():
    assert seen(container("VIRTUAL_HOST=a.example.com,b.example.com")).members[0].called == ["a.example.com"]
    assert seen(container("VIRTUAL_HOST=*.example.com")).members[0].called == []


@pytest.mark.parametrize(
    ("label", "ports"),
    [
        (("traefik.http.services.shop.loadbalancer.server.port", "8000"), [8000]),
        (("traefik.port", "8000"), [8000]),
        (("traefik.http.services.shop.loadbalancer.healthcheck.port", "9000"), []),
        (("caddy.reverse_proxy", "{{upstreams 8000}}"), [8000]),
        (("caddy_1.handle.reverse_proxy", "{{upstreams http 8000}}"), [8000]),
        (("caddy.reverse_proxy", "{{upstreams}}"), [80]),
        (("caddy.reverse_proxy", "{{upstreams https 8443}}"), [0]),
        (("traefik.http.services.shop.loadbalancer.server.scheme", "https"), [0]),
        (("traefik.http.services.shop.loadbalancer.server.scheme", "http"), []),
    ],
)
def test_the_port_that_a_proxy_is_told_is_that_of_its_label(label, ports):
    key, value = label
    assert seen(container() + f"label {json.dumps(key)} {json.dumps(value)}\n").members[0].asked == ports


def test_nginx_proxys_port_is_a_variable():
    assert seen(container("VIRTUAL_PORT=8000")).members[0].asked == [8000]
    assert seen(container("VIRTUAL_PORT=8000", "VIRTUAL_PROTO=https")).members[0].asked == [8000, 0]


def test_docker_by_sudo_only_is_told_and_used():
    found = seen(container(), plain=False)
    assert (found.sudo, len(found.members)) == (True, 1)
    assert seen(container()).sudo is False


def test_where_docker_does_not_answer_it_says_why():
    with Stage(docker="echo Cannot connect to the Docker daemon >&2; exit 1") as stage:
        done = stage.run(projects.probe().commands[""])
        assert (done.returncode, done.stderr.strip()) == (1, "Cannot connect to the Docker daemon")


def test_a_folder_is_named_from_the_logins_home_where_it_lies_there():
    land = Landscape(["/home/ada", "/data/ada"], False, [])
    assert [land.path(one) for one in ("/data/ada/shop", "/home/ada/a/b", "/srv/shop", "/home/adam/x")] == [
        "shop",
        "a/b",
        "/srv/shop",
        "/home/adam/x",
    ]
