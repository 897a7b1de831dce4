"""What `ssh HOST` would do: the client's own answer (`ssh -G`), with Include, Match and tokens as it reads them."""

from __future__ import annotations

import getpass
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from fabric import Config
from paramiko.config import SSHConfig, SSHConfigDict

from ..console.errors import Refused
from ..console.text import last_line

SECONDS = 20  # that ssh may take to answer: `Match exec` runs programs
LISTS = ("identityfile", "certificatefile")
PATHS = (*LISTS, "identityagent", "userknownhostsfile")
TEXTS = ("hostname", "user", "port", "hostkeyalias", "globalknownhostsfile", "connecttimeout")
WAYS = ("proxyjump", "proxycommand")
TOKEN = re.compile(r"%(.)")


class OpenSSH(SSHConfig):
    """Settings for hosts, asked of the ssh client of this machine; `user` and `port` are those that were given."""

    def __init__(self, config: Config, user: str | None = None, port: int | None = None) -> None:
        super().__init__()
        self._config = config.base_ssh_config._config  # what Fabric copies
        self._file: str | None = config._runtime_ssh_path
        self._given = [*(["-l", user] if user else []), *(["-p", str(port)] if port else [])]

    def lookup(self, hostname: str) -> SSHConfigDict:
        """Return what ssh would use for `hostname`; raise Refused, in its words, where it cannot read its files."""
        file = ["-F", str(Path(self._file).expanduser())] if self._file else []
        return settings(hostname, _printed(["ssh", *file, *self._given, "-G", "--", hostname], f"ssh -G {hostname}"))


def _printed(command: list[str], shown: str) -> str:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise Refused(f"{shown} does not answer in {SECONDS} s: does a Match exec of ~/.ssh/config hang?") from None
    if done.returncode:
        raise Refused(f"{shown}: {last_line(done.stderr)}.")
    return done.stdout


def use(config: Config, user: str | None = None, port: int | None = None) -> None:
    """Have `config` ask the ssh client, unless there is none or no files of it are wanted."""
    if config.load_ssh_configs and shutil.which("ssh"):
        config._set(base_ssh_config=OpenSSH(config, user, port))


def settings(hostname: str, printed: str) -> SSHConfigDict:
    """Return what `ssh -G` printed, as far as it matters here; what is only a default is left out where it can be."""
    found: dict[str, Any] = {}
    for line in printed.splitlines():
        key, _, value = line.partition(" ")
        if key in LISTS:
            found.setdefault(key, []).append(value)
        elif key in (*PATHS, *TEXTS, *WAYS):
            found[key] = value
    tokens = _tokens(hostname, found)
    for key in (*PATHS, "proxycommand"):
        if key in found:
            found[key] = _filled(found[key], tokens)
    defaults = {"user": getpass.getuser(), "port": "22", "connecttimeout": "none"}
    return SSHConfigDict({key: value for key, value in found.items() if defaults.get(key) != value})


def _tokens(hostname: str, found: dict[str, Any]) -> dict[str, str]:
    here = {"%": "%", "d": str(Path.home()), "u": getpass.getuser()}
    there = {"h": "hostname", "p": "port", "r": "user"}
    named = {token: found.get(key, "") for token, key in there.items()}
    return {**here, **named, "n": hostname, "k": found.get("hostkeyalias", hostname)}


def _filled(value: Any, tokens: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_filled(one, tokens) for one in value]
    return TOKEN.sub(lambda found: tokens.get(found[1], found[0]), value)
