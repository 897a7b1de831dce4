"""The machine that was measured on, in words."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from importlib.metadata import version
from pathlib import Path

from sandbox.host import Host

from . import stage


def load() -> str:
    """Return the load averages and the time, to the minute."""
    return f"{time.strftime('%Y-%m-%d %H:%M')}, load average {' '.join(f'{x:.1f}' for x in os.getloadavg())}"


def calm(patience: int = 240) -> None:
    """Wait, `patience` seconds at most, until what ran before no longer shows in the load average."""
    end = time.monotonic() + patience
    while busy() and time.monotonic() < end:
        time.sleep(5)


def busy() -> bool:
    """Return whether more wants to run than there are cores; asked before a measurement, which is work itself."""
    return os.getloadavg()[0] > os.cpu_count()


def description(host: Host) -> list[str]:
    """Return what a reader needs to compare these figures with those of another machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    engine, compose = host.exec(
        f"docker version -f '{{{{.Server.Version}}}}'; {host.variant.compose_command} version --short"
    ).split()
    return [
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GB of memory, Linux {platform.release()}",
        f"host: the sandbox, a container on the same machine, its engine's data in memory; Docker {engine}, "
        f"compose {compose}; network: loopback",
        f"Python {platform.python_version()}, Fabric {version('fabric')}, Paramiko {version('paramiko')}, "
        f"{_peer('ansible-core')}, {_peer('pyinfra')}, {_ssh()}",
    ]


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _peer(name: str) -> str:
    if not (stage.BIN / "python").exists():
        return f"{name} not installed"
    code = f"from importlib.metadata import version; print(version({name!r}))"
    done = subprocess.run([stage.BIN / "python", "-c", code], capture_output=True, text=True)
    return f"{name} {done.stdout.strip() or 'not installed'}"


def _ssh() -> str:
    return subprocess.run(["ssh", "-V"], capture_output=True, text=True).stderr.split(",")[0].strip()
