"""The hosts that are measured at, and how each contender reaches them."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import yaml

from sandbox.host import Host
from sandbox.variant import Variant
from tests.operator import FAB, PROJECT, settings_for

WORK = PROJECT / ".bench"
PEERS = Path(__file__).parent / "peers"
BIN = WORK / "venv" / "bin"


def host(compose: str = "v2") -> Host:
    """Return the sandbox host that measurements are made at; it is made if it is not there. v1: an old engine."""
    return Host.up(f"bench-{compose}", Variant(engine="modern" if compose == "v2" else "old", compose=compose))


def peers() -> None:
    """Install Ansible and pyinfra in an environment of their own, unless it is there."""
    wanted = (Path(__file__).parent / "requirements.txt").read_text()
    stamp = WORK / "venv" / "requirements.txt"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    venv.create(WORK / "venv", with_pip=True, clear=True)
    pip = [BIN / "python", "-m", "pip", "install", "-q", "-r", Path(__file__).parent / "requirements.txt"]
    subprocess.run(pip, check=True)
    stamp.write_text(wanted)


def hosts_file(name: str, hosts: list[dict], environment: dict) -> Path:
    """Write a hosts.yaml with `hosts` and the rest of `environment`; return its path."""
    path = WORK / f"{name}.yaml"
    path.write_text(yaml.safe_dump({"default": "bench", "environments": {"bench": {**environment, "hosts": hosts}}}))
    return path


def settings(host: Host, **changes) -> dict:
    """Return the variables with which `fab` works at `host`; `changes` are those of its entry in hosts.yaml."""
    environment = settings_for(host)
    del environment["compose"]["grace"]  # as it comes
    entry = {**environment["hosts"][0], **changes}
    return {
        **os.environ,
        "ROLLBACK_HOSTS_FILE": str(hosts_file(f"{host.name}-{entry['port']}", [entry], environment)),
        "COLUMNS": "120",
    }


def settings_of_many(host: Host, users: list[str]) -> dict:
    """Return the variables with which `fab` works at `host` as if each of `users` had a host of its own."""
    environment = settings_for(host)
    entries = [{**environment["hosts"][0], "user": user} for user in users]
    wanted = {"app": {"path": "app", "branch": "main"}, "compose": {"services": {"backend": "app"}}}
    wanted["compose"]["file"] = environment["compose"]["file"]
    wanted["rolling"] = "all"  # what grows with the hosts of one turn is asked
    return {**os.environ, "ROLLBACK_HOSTS_FILE": str(hosts_file(f"fleet-{len(users)}", entries, wanted))}


def through(host: Host, port: int) -> dict:
    """Return the variables with which `fab` works at `host` by a relay on `port`, its key recorded for that."""
    known = WORK / f"known_hosts-{port}"
    known.write_text(host.known_hosts.read_text().replace(f":{host.port} ", f":{port} "))
    return settings(host, port=port, known_hosts=str(known))


def fab(*words: str) -> list[str]:
    """Return the command line of `fab WORDS`."""
    return [str(FAB), *words]


def ssh(host: Host, *options: str) -> list[str]:
    """Return the command line of a plain ssh to `host`, ready for a remote command."""
    known = f"-oUserKnownHostsFile={host.known_hosts}"
    return ["ssh", "-i", str(host.key), "-p", str(host.port), known, *options, f"{host.user}@{host.address}"]


def peer_environ(host: Host, **more: str) -> dict:
    """Return the variables that the peers' own files read: where the host is, and how to log in."""
    return {
        **os.environ,
        "BENCH_PORT": str(host.port),
        "BENCH_KEY": str(host.key),
        "BENCH_KNOWN_HOSTS": str(host.known_hosts),
        "ANSIBLE_CONFIG": str(PEERS / "ansible.cfg"),
        "ANSIBLE_HOME": str(WORK / "ansible"),
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(control()),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "PYTHON": sys.executable,
        **more,
    }


def control() -> Path:
    """Return the folder of ControlMaster sockets; a socket's path must be short."""
    folder = Path("/tmp") / f"bench-{os.getpid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def end_masters() -> None:
    """End the ControlMasters that are left, so that nobody starts with an open connection."""
    for socket in control().iterdir():
        subprocess.run(["ssh", "-o", f"ControlPath={socket}", "-O", "exit", "any"], capture_output=True)
        socket.unlink(missing_ok=True)


def leave() -> None:
    """Remove what must not outlive a measurement on this machine."""
    end_masters()
    control().rmdir()


def ansible(playbook: str) -> list[str]:
    """Return the command line that plays one of the peers' playbooks."""
    return [str(BIN / "ansible-playbook"), "-i", str(PEERS / "inventory.yaml"), str(PEERS / playbook)]


def pyinfra(deploy: str) -> list[str]:
    """Return the command line that runs one of the peers' deploys."""
    return [str(BIN / "pyinfra"), "-y", str(PEERS / "inventory.py"), str(PEERS / deploy)]
