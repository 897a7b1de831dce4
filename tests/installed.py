"""This repository as somebody else gets it: packed, built from that, installed, with no source tree in sight."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tarfile
import venv
from pathlib import Path

PROJECT = Path(__file__).parent.parent


def build(folder: Path) -> tuple[Path, Path]:
    """Return the source distribution, and the wheel that was built from what is in it."""
    source = _hatchling("sdist", PROJECT, folder)
    with tarfile.open(source) as archive:
        archive.extractall(folder)
    unpacked = folder / source.name.removesuffix(".tar.gz")
    return source, _hatchling("wheel", unpacked, folder)


def _hatchling(kind: str, tree: Path, folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", folder], cwd=tree, check=True)
    return next(folder.glob({"sdist": "*.tar.gz", "wheel": "*.whl"}[kind]))


def install(wheel: Path, folder: Path) -> Path:
    """Return the interpreter of a fresh environment that has the wheel; the libraries are those of this one."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin/python"
    (next(folder.glob("lib/python*/site-packages")) / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--no-index", wheel], check=True, timeout=120)
    return python
