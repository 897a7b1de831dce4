"""The compose file of a copy that stands beside: nothing in it reaches what is real."""

from __future__ import annotations

import shutil
import subprocess

import pytest
import yaml

from tasks.ssh.scripts import PACKAGE

SCRIPT = PACKAGE / "tools" / "compose" / "containers" / "beside.awk"
AWKS = [awk for awk in ("mawk", "gawk", "busybox awk", "original-awk") if shutil.which(awk.split()[0])]
V2 = """name: shop
services:
  app:
    build:
      context: /home/u/shop
    command:
      - run
    container_name: shop_app
    extra_hosts:
      - database=host-gateway
    depends_on:
      db:
        condition: service_healthy
    environment:
      TEXT: |
        ports:
          - 80
      URL: postgres://db/$$x
    image: shop-app
    networks:
      front:
        aliases:
          - api
    ports:
      - mode: ingress
        host_ip: 127.0.0.1
        target: 8000
        published: "8000"
    restart: unless-stopped
    volumes:
      - type: bind
        source: /home/u/shop/code
        target: /code
        bind:
          create_host_path: true
      - type: bind
        source: /srv/my data
        target: /data
      - type: bind
        source: /var/run/docker.sock
        target: /var/run/docker.sock
      - type: volume
        source: files
        target: /files
        volume: {}
    working_dir: /code
  web:
    network_mode: none
    ports:
      - target: 80
networks:
  front:
    name: shop_front
    external: true
volumes:
  files:
    name: shop_files
    external: true
  plain: {}
secrets:
  key:
    file: /home/u/shop/key
"""
V1 = """services:
  app:
    container_name: shop_app
    image: shop_app
    ports:
    - 127.0.0.1:8000:8000/tcp
    volumes:
    - /home/u/shop/code:/code:rw
    - /var/run/docker.sock:/var/run/docker.sock
    - files:/files:rw
version: '3.4'
volumes:
  files:
    external: true
    name: shop_files
"""


@pytest.fixture(params=AWKS)
def made(request):
    """What one of the awks there are makes of a file, as compose reads it."""

    def of(text: str, tree: str = "/tree"):
        given = ["-v", "NETWORK=drill", "-v", "TOP=/home/u/shop", "-v", f"TREE={tree}", "-f", str(SCRIPT)]
        command = [*request.param.split(), *given]
        return yaml.safe_load(subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout)

    return of


def test_a_copy_has_no_ports_names_and_ties_and_keeps_what_it_works_with(made):
    app = made(V2)["services"]["app"]
    assert set(app) == {"command", "environment", "image", "restart", "volumes", "working_dir"}
    assert (app["restart"], app["command"], app["working_dir"]) == ("no", ["run"], "/code")
    assert app["environment"] == {"TEXT": "ports:\n  - 80\n", "URL": "postgres://db/$$x"}


def test_its_networks_and_volumes_are_its_own(made):
    found = made(V2)
    assert found["networks"] == {"default": {"external": True, "name": "drill"}}
    assert not found["volumes"]["files"] and not found["volumes"]["plain"]
    assert found["secrets"] == {"key": {"file": "/home/u/shop/key"}}
    assert "name" not in found


def test_what_lies_on_the_host_is_only_read_and_sockets_are_not_there(made):
    code, data, files = made(V2)["services"]["app"]["volumes"]
    assert code == {"type": "bind", "source": "/tree/code", "target": "/code", "read_only": True}
    assert data == {"type": "bind", "source": "/srv/my data", "target": "/data", "read_only": True}
    assert files == {"type": "volume", "source": "files", "target": "/files", "volume": {}}
    assert made(V2, tree="")["services"]["app"]["volumes"][0]["source"] == "/home/u/shop/code"


@pytest.mark.parametrize("text", [V1, V2])
def test_a_proxy_that_mounts_dockers_socket_alone_has_no_list_of_volumes_for_compose_to_refuse(made, text):
    bind, short = "- type: bind\n        source: {0}\n        target: {0}\n", "- {0}:{0}\n"
    mount = (short if text is V1 else bind).format("/var/run/docker.sock")
    proxy = f"services:\n  proxy:\n    image: traefik\n    volumes:\n      {mount}"
    assert made(text.replace("services:\n", proxy, 1))["services"]["proxy"] == {"image": "traefik", "restart": "no"}


def test_a_service_of_which_nothing_is_left_is_still_one(made):
    assert made(V2)["services"]["web"] == {"restart": "no"}


def test_what_v1_prints_is_read_as_well(made):
    found = made(V1)
    code, files = found["services"]["app"]["volumes"]
    assert (code["source"], code["target"], code["read_only"], files) == (
        "/tree/code",
        "/code",
        True,
        "files:/files:rw",
    )
    assert set(found["services"]["app"]) == {"image", "restart", "volumes"}
    assert (found["version"], found["volumes"]) == ("3.4", {"files": None})
    assert found["networks"] == {"default": {"external": {"name": "drill"}}}
