"""The host: its shells, its Docker, what is installed on it, who acts beside us, and how ssh reaches it."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from tests.field.recipe import BUILD, MIGRATE, REVISIONS, UP, WORKER

pytestmark = pytest.mark.sandbox

GREETING = "echo Welcome to the shop; echo Do not panic >&2"
SHELLS = {
    "bash that greets": ("/bin/bash", f"sed -i '1i {GREETING}' ~/.bashrc"),
    "fish": ("/usr/bin/fish", ":"),
    "fish that greets": ("/usr/bin/fish", f"mkdir -p ~/.config/fish; echo '{GREETING}' > ~/.config/fish/config.fish"),
    "zsh that greets": ("/usr/bin/zsh", f"echo '{GREETING}' > ~/.zshenv"),
}
OLD_COMPOSE = """#!/bin/sh
# What compose v1 does beside an engine of today, and to containers that v2 made.
case $* in *version*) echo 'docker-compose version 1.29.2, build 5becea4c'; exit 0 ;; esac
case $* in *config*) exec docker compose "$@" ;; esac
echo "KeyError: 'ContainerConfig'" >&2
exit 1
"""
RESTART = "while :; do docker start {project}-app-1 {project}_app_1; sleep 0.2; done"


@pytest.mark.parametrize(("shell", "prepare"), SHELLS.values(), ids=SHELLS)
def test_whatever_the_login_shell_is(deployment, borrowed, shell, prepare):
    shop = deployment()
    before = shop.runs()
    borrowed.exec(prepare)
    borrowed.exec(f"usermod -s {shell} ubuntu", user="root")
    shop.went_back(shop.rollback(), before)
    for words in (["backups.create", "--yes"], ["backups.list"], ["emergency-restore", "--file", "latest", "--yes"]):
        ran = shop.fab(*words)
        assert ran.code == 0, ran.text
    assert shop.health()["problem"] == ""


@contextmanager
def only_by_sudo(host):
    """Inside the block, the login may use Docker by sudo only."""
    host.exec("gpasswd -d ubuntu docker", user="root")
    yield
    host.exec("gpasswd -a ubuntu docker", user="root")


def test_docker_by_sudo_only(deployment, borrowed):
    shop = deployment(settings={"compose": {"sudo": True}})
    before = shop.runs()
    with only_by_sudo(borrowed):
        ran = shop.rollback()
        verified = shop.fab("verify", "--commit", shop.good)
    shop.rolled_back(ran, before)
    assert verified.code == 0, verified.text


def test_docker_by_sudo_only_and_nobody_said_so(deployment, borrowed):
    shop = deployment()
    world = shop.world()
    with only_by_sudo(borrowed):
        ran = shop.rollback()
    shop.untouched(ran, world, "compose.sudo")


def test_both_flavours_of_compose_are_installed(deployment, borrowed):
    if borrowed.variant.compose == "v1":
        pytest.skip("needs containers that compose v2 made")
    shop = deployment()
    before = shop.runs()
    place = "/usr/local/bin/docker-compose"
    borrowed.exec(f"cat > {place} && chmod +x {place}", user="root", stdin=OLD_COMPOSE)
    shop.rolled_back(shop.rollback(), before)


def test_a_supervisor_that_starts_it_again(deployment, borrowed):
    shop = deployment()
    borrowed.exec(f"setsid sh -c '{RESTART.format(project=shop.project)}' </dev/null >/dev/null 2>&1 &")
    ran = shop.rollback()
    assert ran.code == 1, ran.text
    assert (shop.head(), shop.revision()) == (shop.bad, REVISIONS["v2"])
    assert "app" in ran.err


def test_a_job_by_compose_run_is_named(deployment):
    job = "$compose run -d --name $name-report app python wait.py"
    shop = deployment(deploy=(BUILD, MIGRATE, UP, f"[ $release = v1 ] || {job}"))
    planned = shop.fab("full-rollback", "--commit", shop.good, "--plan")
    assert f"{shop.name}-report" in planned.text


def test_what_ssh_reaches_by_its_settings(deployment, tmp_path, monkeypatch):
    shop = deployment()
    before = shop.runs()
    reach = shop.settings["hosts"][0]
    lines = {"HostName": "127.0.0.1", "Port": reach["port"], "User": reach["user"], "IdentityFile": reach["key"]}
    lines["UserKnownHostsFile"] = reach["known_hosts"]
    included = "".join(f"  {key} {value}\n" for key, value in lines.items())
    (tmp_path / "shops").write_text(f"Host shop-of-the-field\n{included}")
    (tmp_path / "config").write_text(f"Include {tmp_path}/shops\n")
    (tmp_path / "ssh").write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {tmp_path}/config "$@"\n')
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    shop.settings["hosts"] = [{"host": "shop-of-the-field"}]
    shop.write()
    shop.rolled_back(shop.rollback(), before)


def test_workers_of_the_same_image_are_replaced(deployment):
    shop = deployment(services={"worker": WORKER})
    before = shop.runs()
    shop.went_back(shop.rollback(), before)
    new = {each.service: each.image for each in shop.runs()}
    assert new["worker"] != {each.service: each.image for each in before}["worker"]
