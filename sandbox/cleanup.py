"""Take away what the sandbox made on this machine."""

import shutil

from . import container, engine, keys, paths, records
from .progress import step
from .shell import attempt


def everything() -> None:
    """Remove every host of this clone, with its disk; images stay, so that the next start is quick."""
    engine.ensure()
    with step("Removing the hosts"):
        container.remove(*container.mine())
        for name in records.ports():
            records.forget(name)
        if paths.HOSTS.exists():
            keys.record()


def purge() -> None:
    """Remove the images, which other clones may use too, and this clone's cached files and keys."""
    with step("Removing the images"):
        listed = engine.docker("images", "-q", "--filter", f"label={paths.LABEL}=image")
        for image in dict.fromkeys(listed.split()):
            attempt("docker", "rmi", "--force", image, timeout=120)
    for file in paths.STATE.glob("*.tar"):
        file.unlink()
    shutil.rmtree(paths.HOSTS, ignore_errors=True)
