"""The images a host is made of, each built once per content: host, PostgreSQL, Python."""

import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from . import debian, paths
from .engine import docker
from .progress import step
from .shell import attempt, run

FOLDER = paths.PACKAGE / "docker"
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
BUILD_TIMEOUT = 1800


def host(compose: str) -> str:
    """Return the tag of the host image with compose ``v1`` or ``v2``, building it if it is new."""
    return _ensure(f"host-{compose}", FOLDER / "host", f"COMPOSE={compose}")


def postgres() -> str:
    """Return the tag of the PostgreSQL image, building it if it is new."""
    return _ensure("postgres", FOLDER / "postgres")


def python() -> str:
    """Return the tag of the Python image with its wheelhouse, building it if it is new."""
    return _ensure("python", FOLDER / "python")


def _ensure(name: str, folder: Path, *arguments: str) -> str:
    """Build ``folder`` unless an image of the same content, base and arguments is there."""
    tag = f"{paths.IMAGE}:{name}-{paths.digest(debian.ensure(), folder, *arguments)}"
    if not debian.image_id(tag):
        with step(f"Building the {name} image"), tempfile.TemporaryDirectory() as place:
            context = Path(place, name)
            shutil.copytree(folder, context)
            if (context / "requirements.txt").exists():
                _download_wheels(context / "requirements.txt", context / "wheels")
            _build(tag, context, arguments)
        drop_older(tag)
    return tag


def drop_older(tag: str) -> None:
    """Remove the images that ``tag`` replaces: same name, older content, used by no container."""
    name = tag.rpartition("-")[0]
    for other in docker("images", "--format", "{{.Repository}}:{{.Tag}}", paths.IMAGE).splitlines():
        if other != tag and other.rpartition("-")[0] == name:
            attempt("docker", "rmi", other)


def _build(tag: str, context: Path, arguments: tuple[str, ...]) -> None:
    """Build ``context`` under ``tag``, labelled as the sandbox's own."""
    proxies = [f"{name}={os.environ[name]}" for name in PROXIES if name in os.environ]
    given = [word for argument in (*arguments, *proxies) for word in ("--build-arg", argument)]
    named = ["-t", tag, "--label", f"{paths.LABEL}=image"]
    docker("build", "-q", *named, *given, str(context), timeout=BUILD_TIMEOUT)


def _download_wheels(requirements: Path, folder: Path) -> None:
    """Fetch the app's wheels with this machine's pip, whose index and certificates are set up."""
    machine = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    tags = [f"manylinux{kind}_{machine}" for kind in ("2014", "_2_17", "_2_28", "_2_34")]
    target = ["--python-version=3.11", "--implementation=cp", *(f"--platform={tag}" for tag in tags)]
    what = ["--only-binary=:all:", "-r", str(requirements), "-d", str(folder)]
    run(sys.executable, "-m", "pip", "download", "-q", *target, *what, timeout=600)
