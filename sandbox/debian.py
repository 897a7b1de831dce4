"""The base images: pulled where a registry answers, else made with debootstrap and cached."""

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import packages, paths
from .engine import docker
from .progress import step
from .shell import SandboxError, attempt, run

PULL_TIMEOUT = 20
# What the official slim image leaves out as well, and what a package manager can fetch again.
LEFT_OUT = [f"usr/share/{name}" for name in ("doc", "info", "locale", "man")]
LEFT_OUT += ["var/cache/apt", "var/lib/apt/lists", "var/log"]
MADE_BY_THE_KERNEL = ("dev", "proc", "sys")


@dataclass(frozen=True)
class Base:
    """A release of Debian as an image: as small as the official slim one, and under its name."""

    suite: str

    @property
    def tag(self) -> str:
        """Return the image's name."""
        return f"debian:{self.suite}-slim"

    def ensure(self) -> None:
        """Make sure the image is in the engine; raise SandboxError where it can neither be pulled nor made."""
        if not image_id(self.tag):
            with step(f"Getting {self.tag}"):
                if not self._pull():
                    self._import()

    def _pull(self) -> bool:
        """Pull the image; False when no registry answers in time."""
        try:
            return attempt("docker", "pull", "-q", self.tag, timeout=PULL_TIMEOUT).returncode == 0
        except SandboxError:
            return False

    def _import(self) -> None:
        """Import the cached tarball under the image's name, making the tarball first if need be."""
        tarball = paths.state() / f"{self.suite}.tar"
        if not tarball.exists():
            self._debootstrap(tarball)
        changes = ["-c", 'CMD ["bash"]', "-c", f"LABEL {paths.LABEL}=image"]
        docker("import", *changes, str(tarball), self.tag, timeout=300)

    def _debootstrap(self, tarball: Path) -> None:
        """Build a minimal Debian with the machine's own mirror and pack it into ``tarball``."""
        if os.geteuid() != 0:
            raise SandboxError(f"no registry answers: load an image named {self.tag}, or run this as root")
        packages.need("debootstrap")
        with tempfile.TemporaryDirectory(prefix="sandbox-base-") as folder:
            tree, packed = Path(folder, "tree"), Path(folder, "base.tar")
            run("debootstrap", "--variant=minbase", self.suite, str(tree), *mirror(), timeout=1200)
            leave_out = [f"--exclude=./{folder}/*" for folder in (*LEFT_OUT, *MADE_BY_THE_KERNEL)]
            run("tar", "--numeric-owner", "-C", str(tree), *leave_out, "-cf", str(packed), ".", timeout=300)
            run("cp", str(packed), f"{tarball}.part", timeout=300)
        Path(f"{tarball}.part").rename(tarball)


BOOKWORM = Base("bookworm")  # what the old host, PostgreSQL and the sample app stand on
SID = Base("sid")  # has the newest Docker


def image_id(tag: str) -> str | None:
    """Return the id of the image ``tag``, or None when the engine has none."""
    done = attempt("docker", "image", "inspect", "-f", "{{.Id}}", tag)
    return done.stdout.strip() if done.returncode == 0 else None


def mirror() -> list[str]:
    """Return this machine's Debian mirror, or nothing to leave the choice to debootstrap."""
    if "ID=debian" not in Path("/etc/os-release").read_text().splitlines():
        return []
    folder = Path("/etc/apt/sources.list.d")
    files = [*sorted(folder.glob("*.sources")), Path("/etc/apt/sources.list"), *sorted(folder.glob("*.list"))]
    found = [mirror_in(file.read_text()) for file in files if file.exists()]
    return [uri for uri in found if uri][:1]


def mirror_in(sources: str) -> str | None:
    """Return the first archive that an apt sources text (either format) uses for a Debian release."""
    for stanza in re.split(r"\n\s*\n", sources):
        fields: dict[str, str] = dict(re.findall(r"(?m)^(\w+):[ \t]*(.+)$", stanza))
        if _is_release(fields.get("Suites", "").split()) and "URIs" in fields:
            return fields["URIs"].split()[0]
    lines: list[tuple[str, str]] = re.findall(r"(?m)^deb\s+(?:\[.*?\]\s+)?(\S+)\s+(\S+)\s", sources)
    return next((uri for uri, suite in lines if _is_release([suite])), None)


def _is_release(suites: list[str]) -> bool:
    """Tell whether one of ``suites`` is a plain Debian release name, as the main archive has."""
    known = {"bullseye", "bookworm", "trixie", "forky", "sid", "stable", "testing"}
    return any(suite in known for suite in suites)
