"""Programs of this machine that the sandbox needs; installed where that is possible."""

import os
import shutil

from .progress import step
from .shell import PATH, SandboxError, run

PACKAGES = {
    "docker": "docker.io",
    "dockerd": "docker.io",
    "iptables": "iptables",
    "debootstrap": "debootstrap",
    "jq": "jq",
    "ssh-keygen": "openssh-client",
}


def find(program: str) -> str | None:
    """Return the path of ``program``, looking in the administrator's folders too."""
    return shutil.which(program, path=PATH)


def need(*programs: str) -> None:
    """Make sure ``programs`` are there, installing their packages as root on Debian or Ubuntu."""
    missing = sorted({PACKAGES[program] for program in programs if not find(program)})
    if not missing:
        return
    if os.geteuid() != 0 or not find("apt-get"):
        raise SandboxError(f"please install {', '.join(missing)}, then try again")
    with step(f"Installing {', '.join(missing)}"):
        install = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-qy", "--no-install-recommends"]
        run("apt-get", "update", "-q", timeout=300)
        run(*install, *missing, timeout=900)
