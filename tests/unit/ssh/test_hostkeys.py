"""known_hosts, read as OpenSSH reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from paramiko import ECDSAKey, RSAKey, SSHClient
from paramiko.hostkeys import HostKeys

from tasks.ssh.hostkeys import KnownHosts, UntrustedHostKey

KEY, OTHER = ECDSAKey.generate(), ECDSAKey.generate()
RSA = RSAKey.generate(1024)


def line(names: str, key=KEY, marker: str = "") -> str:
    return f"{marker} {names} {key.get_name()} {key.get_base64()}".strip()


@pytest.fixture
def known(tmp_path: Path):
    """Known hosts of the given lines, for example.org or as said."""

    def known(*lines: str, host: str = "example.org", port: int = 22, alias: str | None = None) -> KnownHosts:
        (tmp_path / "known_hosts").write_text("\n".join(lines) + "\n")
        return KnownHosts([tmp_path / "known_hosts", tmp_path / "missing"], host, port, alias)

    return known


def refusal(known: KnownHosts, key=KEY) -> str:
    with pytest.raises(UntrustedHostKey) as refused:
        known.missing_host_key(SSHClient(), "", key)
    return str(refused.value)


@pytest.mark.parametrize(
    "names",
    [
        "example.org",
        "a,example.org,b",
        "Example.ORG",
        "*.org",
        "example.or?",
        "*,!evil.org",
        pytest.param(HostKeys.hash_host("example.org"), id="hashed"),
    ],
)
def test_a_recorded_key_is_trusted(known, names):
    known(line(names)).missing_host_key(SSHClient(), "", KEY)


@pytest.mark.parametrize(
    "names", ["example.com", "*.com", "*,!example.org", "[example.org]:2222", "exampleXorg", "e[x]ample.org"]
)
def test_a_key_of_another_name_is_not(known, names):
    assert "no host key is recorded for example.org" in refusal(known(line(names)))


def test_with_a_port_the_name_with_the_port_counts_and_the_plain_one_where_there_is_none(known):
    known(line("[example.org]:2222"), port=2222).missing_host_key(SSHClient(), "", KEY)
    known(line("example.org"), port=2222).missing_host_key(SSHClient(), "", KEY)
    both = known(line("[example.org]:2222", OTHER), line("example.org"), port=2222)
    assert "not the recorded one" in refusal(both)


def test_another_key_than_the_recorded_one_is_refused_with_how_to_replace_it(known):
    words = refusal(known(line("[example.org]:2222", OTHER), port=2222))
    assert KEY.fingerprint in words
    assert "ssh-keygen -R '[example.org]:2222' -f" in words
    assert "ssh-keyscan -p 2222 example.org >>" in words


def test_several_keys_of_one_host_are_all_good(known):
    both = known(line("example.org", OTHER), line("example.org"))
    both.missing_host_key(SSHClient(), "", KEY)
    both.missing_host_key(SSHClient(), "", OTHER)


@pytest.mark.parametrize("names", ["example.org", "*"])
def test_a_revoked_key_is_refused_though_it_is_recorded(known, names):
    assert "@revoked" in refusal(known(line("example.org"), line(names, marker="@revoked")))


def test_a_key_that_another_host_revoked_is_good_here(known):
    known(line("example.org"), line("other.org", marker="@revoked")).missing_host_key(SSHClient(), "", KEY)


def test_an_authority_vouches_for_no_plain_key_and_that_is_said(known):
    assert "@cert-authority" in refusal(known(line("example.org", marker="@cert-authority")))


def test_a_bad_line_is_passed_over(known):
    bad = ["", "# x", "example.org", "example.org ssh-rsa !!!", "example.org what AAAA", "@strange x", "\x00\xff"]
    known(*bad, line("example.org")).missing_host_key(SSHClient(), "", KEY)


def test_an_alias_stands_for_the_address(known):
    known(line("alias"), port=2222, alias="alias").missing_host_key(SSHClient(), "", KEY)
    assert "recorded for alias" in refusal(known(line("example.org"), alias="alias"))


def test_the_host_is_asked_for_a_key_of_the_recorded_kind(known):
    class Sock:
        def settimeout(self, _): ...
        def close(self): ...

    assert known(line("example.org", RSA)).transport(Sock()).get_security_options().key_types[0].startswith("rsa-sha2")
    assert known(line("example.org")).transport(Sock()).get_security_options().key_types[0] == KEY.get_name()
