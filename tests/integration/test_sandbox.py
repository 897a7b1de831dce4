"""The sandbox keeps its promises: later tests stand on them."""

import json
import subprocess

import pytest

from sandbox import debian, golden, images
from sandbox.host import Host
from sandbox.shell import SandboxError
from sandbox.variant import Variant

pytestmark = pytest.mark.sandbox

PSQL = "docker exec jctc_db psql -U jctc_user -d jctc_db -Atc"


DEB822 = """\
Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security

Types: deb
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
"""
ONE_LINE = """\
# deb http://old.example/debian bookworm main
deb http://mirror.example/debian-security bookworm-security main
deb [signed-by=/usr/share/keyrings/x.gpg] http://mirror.example/debian bookworm main
"""


@pytest.mark.parametrize("sources", [DEB822, ONE_LINE])
def test_the_base_comes_from_the_mirror_this_machine_uses(sources):
    assert debian.mirror_in(sources) == "http://mirror.example/debian"


def test_a_variant_is_completed_and_has_to_be_one_that_is_made():
    assert Variant(engine="old").compose == "v1"
    assert Variant(engine="modern").compose == Variant(engine="old", compose="v2").compose == "v2"
    assert Variant(compose="v1").engine == "old"
    for wrong in ({"engine": "modern", "compose": "v1"}, {"engine": "newest"}):
        with pytest.raises(ValueError, match="no engine"):
            Variant(**wrong)


def test_where_the_modern_engine_cannot_be_had_the_sandbox_says_so_and_takes_the_old_one(monkeypatch, capsys):
    class Nowhere:
        tag = "nowhere:1"

        def ensure(self):
            raise SandboxError("no such release")

    monkeypatch.setattr(images, "host", lambda variant: Nowhere())
    assert golden.obtainable(Variant(engine="modern")) == Variant(engine="old", compose="v2")
    assert "cannot be had here: no such release" in capsys.readouterr().err


@pytest.fixture(scope="module")
def host():
    host = Host.up("check")
    host.reset()
    yield host
    host.down()


def ssh(host, command, *options):
    """Run a command the way an operator would: by ssh, trusting only the recorded key."""
    trust = ["-o", f"UserKnownHostsFile={host.known_hosts}", "-o", "StrictHostKeyChecking=yes"]
    line = ["ssh", "-i", host.key, *trust, "-o", "BatchMode=yes", *options, "-p", str(host.port)]
    return subprocess.run([*line, f"ubuntu@{host.address}", command], capture_output=True, text=True, timeout=30)


def health(host):
    body, _, code = host.exec("curl -s -w '\\n%{http_code}' 127.0.0.1:8000/health").rpartition("\n")
    return int(code), json.loads(body)


def test_the_engine_is_the_one_that_was_wanted(host):
    version, drivers = host.exec(
        "docker version -f '{{.Server.Version}}'; docker info -f '{{.DriverStatus}}'"
    ).splitlines()
    modern = host.variant.engine == "modern"
    assert (int(version.partition(".")[0]) >= 28, "containerd" in drivers) == (modern, modern)


def test_the_frontend_works_and_the_backend_fails_as_after_the_bad_release(host):
    code, body = health(host)
    assert (code, body["release"]) == (500, "v3")
    assert "frontend v3" in host.exec("curl -s 127.0.0.1:8080")


def test_an_operator_gets_in_with_the_key_and_may_use_docker(host):
    done = ssh(host, "whoami && docker ps -q | wc -l")
    assert done.stdout.split() == ["ubuntu", "3"], done.stderr


def test_nobody_gets_in_with_another_key(host, tmp_path):
    other = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other], check=True)
    done = ssh(host, "true", "-o", "IdentitiesOnly=yes", "-o", f"IdentityFile={other}", "-F", "none")
    wrong = subprocess.run(
        ["ssh", "-F", "none", "-o", "IdentityAgent=none", "-o", "BatchMode=yes", "-i", other,
         "-o", f"UserKnownHostsFile={host.known_hosts}", "-p", str(host.port),
         f"ubuntu@{host.address}", "true"],
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.returncode == 0
    assert "Permission denied" in wrong.stderr


def test_the_database_holds_what_v2_brought_and_what_was_written_since(host):
    assert int(host.exec(f"{PSQL} \"SELECT count(*) FROM cases WHERE court_name <> ''\"")) >= 1000
    assert host.exec(f"{PSQL} \"SELECT count(*) FROM cases WHERE title LIKE 'Urgent%'\"") == "5"


def test_the_reflog_tells_the_three_deployments(host):
    deployed = host.exec("git -C jctc-app reflog --format=%H").split()
    assert deployed == [host.releases[name] for name in ("v3", "v2", "v1")]


def test_the_backups_are_whole(host):
    assert host.exec("cd backups && sha256sum -c --quiet *.sha256 && ls | wc -l") == "6"


def test_the_releases_can_be_taken_back_by_hand(host):
    compose = f"{host.variant.compose_command} -f docker-compose.prod.yml"
    host.exec(
        f"cd jctc-app && {compose} run --rm app alembic downgrade -1"
        f" && git checkout -q {host.releases['v2']} && {compose} build && {compose} up -d -t 1",
        timeout=120,
    )
    host.exec("wait-ready 30 app=200", user="root")
    assert health(host)[1] == {"release": "v2", "rows": 1525, "revision": "8d24e6b5c073"}


def test_a_reset_brings_v3_back_after_everything_was_wrecked(host):
    before = ssh(host, "git -C jctc-app rev-parse main").stdout.strip()
    host.exec(
        "pkill -9 dockerd; pkill -9 containerd; pkill -9 postgres; pkill -9 python;"
        " rm -rf /home/ubuntu/* /srv/git /var/lib/docker/image; fallocate -l 50M /var/lib/docker/junk;"
        " pkill -9 -x sshd",
        user="root",
    )
    host.reset()
    assert ssh(host, "git -C jctc-app rev-parse HEAD").stdout.strip() == before
    assert health(host)[0] == 500


def test_a_second_host_lives_beside_the_first(host):
    second = Host.up("check-2")
    try:
        second.exec("docker stop -t 1 jctc_web && touch jctc-app/mark")
        assert "frontend v3" in host.exec("curl -s 127.0.0.1:8080")
        assert "mark" not in host.exec("ls jctc-app")
        assert ssh(second, "true").returncode == ssh(host, "true").returncode == 0
    finally:
        second.down()
    with pytest.raises(SandboxError, match="no host named check-2"):
        Host.get("check-2")
