"""The images a host is made of, each built once per content: host, PostgreSQL, Python."""

import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import debian, paths
from .engine import docker
from .progress import step
from .shell import attempt, run
from .variant import Variant

FOLDER = paths.PACKAGE / "docker"
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
BUILD_TIMEOUT = 1800


@dataclass(frozen=True)
class Image:
    """An image made from a folder of Dockerfile and files, tagged by all that goes into it."""

    name: str
    folder: str
    arguments: tuple[str, ...] = ()
    dockerfile: str = "Dockerfile"
    base: debian.Base = debian.BOOKWORM

    @property
    def tag(self) -> str:
        """Return the image's tag for what is in the folder now; it need not be built yet."""
        base = debian.image_id(self.base.tag) or "none"
        return f"{paths.IMAGE}:{self.name}-{paths.digest(base, FOLDER / self.folder, *self.arguments)}"

    def ensure(self) -> str:
        """Return the tag, after building the image if it is new."""
        self.base.ensure()
        tag = self.tag
        if not debian.image_id(tag):
            with step(f"Building the {self.name} image"):
                _build(self, tag)
            drop_older(tag)
        return tag


POSTGRES = Image("postgres", "postgres")
PYTHON = Image("python", "python")


def host(variant: Variant) -> Image:
    """Return the image of the variant's host: its engine and its compose."""
    if variant.engine == "modern":
        return Image("host-modern", "host", dockerfile="modern.Dockerfile", base=debian.SID)
    return Image(f"host-old-{variant.compose}", "host", (f"COMPOSE={variant.compose}",), "old.Dockerfile")


def drop_older(tag: str) -> None:
    """Remove the images that ``tag`` replaces: same name, older content, used by no container."""
    name = tag.rpartition("-")[0]
    for other in docker("images", "--format", "{{.Repository}}:{{.Tag}}", paths.IMAGE).splitlines():
        if other != tag and other.rpartition("-")[0] == name:
            attempt("docker", "rmi", other)


def _build(image: Image, tag: str) -> None:
    """Build ``image`` under ``tag``, labelled as the sandbox's own."""
    with tempfile.TemporaryDirectory() as place:
        context = Path(place, image.name)
        shutil.copytree(FOLDER / image.folder, context)
        if (context / "requirements.txt").exists():
            _download_wheels(context / "requirements.txt", context / "wheels")
        proxies = [f"{name}={os.environ[name]}" for name in PROXIES if name in os.environ]
        given = [word for argument in (*image.arguments, *proxies) for word in ("--build-arg", argument)]
        named = ["-t", tag, "--label", f"{paths.LABEL}=image", "-f", str(context / image.dockerfile)]
        docker("build", "-q", *named, *given, str(context), timeout=BUILD_TIMEOUT)


def _download_wheels(requirements: Path, folder: Path) -> None:
    """Fetch the app's wheels with this machine's pip, whose index and certificates are set up."""
    machine = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    tags = [f"manylinux{kind}_{machine}" for kind in ("2014", "_2_17", "_2_28", "_2_34")]
    target = ["--python-version=3.11", "--implementation=cp", *(f"--platform={tag}" for tag in tags)]
    what = ["--only-binary=:all:", "-r", str(requirements), "-d", str(folder)]
    run(sys.executable, "-m", "pip", "download", "-q", *target, *what, timeout=600)
