"""What ssh reaches: its own answer counts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fabric import Config

from tasks.console.errors import Refused
from tasks.ssh import address, openssh
from tasks.ssh.connection import Secured

pytestmark = pytest.mark.skipif(not shutil.which("ssh"), reason="no ssh client here")
INCLUDED = """
Host shop
  HostName shop.example.org
  Port 2200
  User deploy
  IdentityFile {folder}/%r@%h
  CertificateFile {folder}/cert
  IdentityAgent {folder}/agent
  ProxyJump first,second:2201
Host second
  HostName second.example.org
  ProxyJump none
Host by-command
  ProxyCommand nc %h %p
Match host matched exec "true"
  User of-match
"""


@pytest.fixture
def reach(tmp_path: Path):
    """Make a connection with what ssh knows, of a file that includes another."""
    (tmp_path / "included").write_text(INCLUDED.format(folder=tmp_path))
    (tmp_path / "config").write_text(f"Include {tmp_path}/included\n")

    def to(host: str, **given) -> Secured:
        config = Config(runtime_ssh_path=str(tmp_path / "config"))
        openssh.use(config, given.get("user"), given.get("port"))
        return Secured(host, config=config, **given)

    return to


def test_what_an_included_file_says_counts(reach, tmp_path):
    shop = reach("shop")
    assert shop.address == "deploy@shop.example.org:2200"
    assert shop.ssh_config["identityfile"] == [f"{tmp_path}/deploy@shop.example.org"]
    assert shop.ssh_config["certificatefile"] == [f"{tmp_path}/cert"]
    assert shop.ssh_config["identityagent"] == f"{tmp_path}/agent"


def test_what_is_given_beats_it(reach):
    assert reach("shop", user="me", port=22).address == "me@shop.example.org:22"


def test_jump_hosts_are_passed_in_their_order_each_by_its_own_settings(reach):
    last = reach("shop").gateway
    assert (last.host, last.port) == ("second.example.org", 2201)
    assert last.gateway.host == "first"
    assert not reach("second").gateway


def test_a_command_on_the_way_has_its_words_filled_in(reach):
    assert reach("by-command").gateway == "nc by-command 22"


def test_a_match_counts(reach):
    assert reach("matched").user == "of-match"


def test_a_file_that_ssh_cannot_read_is_said_in_its_words(reach, tmp_path):
    (tmp_path / "included").write_text("NoSuchOption yes\n")
    with pytest.raises(Refused, match="ssh -G shop: .*included.*bad configuration options"):
        reach("shop")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("h", ("h", None, None)),
        ("u@h:22", ("h", "u", 22)),
        ("::1", ("::1", None, None)),
        ("[::1]", ("::1", None, None)),
        ("u@[fe80::1%eth0]:2222", ("fe80::1%eth0", "u", 2222)),
        ("ssh://u@h:22", ("h", "u", 22)),
    ],
)
def test_a_host_is_named_with_login_and_port(text, named):
    assert address.parse(text) == named


def test_an_ipv6_address_is_told_from_its_port(reach):
    assert reach("::1", user="u", port=2222).address == "u@[::1]:2222"
