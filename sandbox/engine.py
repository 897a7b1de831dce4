"""The Docker engine of this machine: use the one that answers, else start one."""

import os
import subprocess
import time
from pathlib import Path
from typing import Any

from . import packages, paths
from .progress import step
from .shell import Input, SandboxError, attempt, run

PID_FILES = (Path("/var/run/docker.pid"), Path("/var/run/docker/containerd/containerd.pid"))
START_TIMEOUT = 60


def ensure() -> None:
    """Return once a Docker engine answers; raise SandboxError saying what to install if none can."""
    if packages.find("docker") and answers():
        return
    if os.geteuid() != 0:
        raise SandboxError("no Docker engine answers: install Docker and start it, and let this user talk to it")
    packages.need("docker", "dockerd", "iptables")
    if answers():  # installing the package starts the service on an ordinary machine
        return
    with step("Starting the Docker engine"):
        start()


def answers() -> bool:
    """Tell whether an engine replies to the docker client within ten seconds."""
    try:
        return attempt("docker", "version", "-f", "{{.Server.Version}}", timeout=10).returncode == 0
    except SandboxError:
        return False


def docker(*arguments: str, timeout: float = 60, stdin: Input = None) -> str:
    """Run one docker command and return what it printed, without the final newline."""
    return run("docker", *arguments, timeout=timeout, stdin=stdin).strip()


def start() -> None:
    """Start the engine so that it outlives this process, and wait until it answers."""
    if Path("/run/systemd/system").exists():
        run("systemctl", "start", "docker", timeout=START_TIMEOUT)
        return _wait(None)
    for file in PID_FILES:
        _forget_stale(file)
    log = paths.state() / "dockerd.log"
    with log.open("ab") as out:
        command = [packages.find("dockerd") or "dockerd"]
        streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out}
        process = subprocess.Popen(command, cwd="/", start_new_session=True, **streams)
    return _wait(process)


def _forget_stale(file: Path) -> None:
    """Remove a pid file left by a killed engine: its number may be another process by now."""
    try:
        pid = int(file.read_text())
        running = Path(f"/proc/{pid}/comm").read_text().strip()
    except (OSError, ValueError):
        running = ""
    if running not in ("dockerd", "containerd"):
        file.unlink(missing_ok=True)


def _wait(process: subprocess.Popen[bytes] | None) -> None:
    """Wait until the engine answers, or say where its log is."""
    deadline = time.monotonic() + START_TIMEOUT
    while not answers():
        died = process is not None and process.poll() is not None
        if died or time.monotonic() > deadline:
            what = "stopped at once" if died else f"did not answer within {START_TIMEOUT} s"
            raise SandboxError(f"the Docker engine {what}; its log is {paths.STATE}/dockerd.log")
        time.sleep(0.2)
