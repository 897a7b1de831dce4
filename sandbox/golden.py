"""The state "v3 was just deployed", made once per variant and kept as an image.

A host is set up and gets the three releases deployed one after the other, as people would do it.
Then its engine stops, what the engine keeps is packed into a file, and the whole becomes an image.
"""

import json
from dataclasses import replace

from . import container, deploy, images, paths, records
from .debian import image_id
from .engine import docker
from .progress import console, step
from .shell import SandboxError, run
from .variant import Variant

RELEASES_LABEL = "fab-rollback.sandbox.releases"
SOURCES = ("app", "releases.py", "composefile.py", "deploy.py", "golden.py", "variant.py")
SEAL = """
pid=$(cat /var/run/docker.pid)
kill "$pid"
# The engine waits for its containers; these do not listen to a polite signal.
for try in $(seq 600); do kill -0 "$pid" 2>/dev/null || break; pkill -9 -x python; sleep 0.1; done
kill -0 "$pid" 2>/dev/null && { echo 'the engine did not stop' >&2; exit 1; }
rm -rf /var/run/docker* /var/log/dockerd.log /tmp/*
tar -C /var/lib/docker --numeric-owner --xattrs --xattrs-include='*' -cf /var/lib/golden.tar .
"""


def obtainable(variant: Variant) -> Variant:
    """Return the variant; where the modern engine cannot be had, say so and return it with the old one."""
    if variant.engine == "old" or image_id(tag(variant)):
        return variant
    try:
        with records.lock("build", shared_by_clones=True):
            images.host(variant).ensure()
    except SandboxError as error:
        console.print(
            f"The modern engine cannot be had here: {error}\nTaking the old one.", markup=False, soft_wrap=True
        )
        return replace(variant, engine="old")
    return variant


def ensure(variant: Variant) -> str:
    """Return the tag of the variant's golden image, making it if it is new.

    One process on the machine makes images; others wait only if theirs is not there yet.
    """
    if image_id(tag(variant)):
        return tag(variant)
    with records.lock("build", shared_by_clones=True):
        for image in _inputs(variant):
            image.ensure()
        golden = tag(variant)
        if not image_id(golden):
            _make(golden, variant)
            images.drop_older(golden)
    return golden


def tag(variant: Variant) -> str:
    """Return the golden image's tag: it changes with anything that goes into it."""
    options = paths.digest(json.dumps(variant.options()))
    inputs = [image.tag for image in _inputs(variant)]
    return f"{paths.IMAGE}:golden-{options}-{paths.digest(*inputs, *(paths.PACKAGE / name for name in SOURCES))}"


def _inputs(variant: Variant) -> tuple[images.Image, ...]:
    """Return the images that a golden image is made from."""
    return images.host(variant), images.POSTGRES, images.PYTHON


def shas(golden: str) -> dict[str, str]:
    """Return the commit id of each release in a golden image."""
    label = f'{{{{index .Config.Labels "{RELEASES_LABEL}"}}}}'
    found: dict[str, str] = json.loads(docker("image", "inspect", "-f", label, golden))
    return found


def _make(golden: str, variant: Variant) -> None:
    """Set up a host, deploy every release on it, and keep the result under the tag ``golden``."""
    oven = paths.container(f"making-{golden.rpartition('-')[2]}")
    container.create(oven, images.host(variant).tag, "production")
    try:
        _set_up(oven)
        found = deploy.everything(oven, variant)
        with step("Keeping this state"):
            container.bash(oven, SEAL, timeout=180)
            labels = {RELEASES_LABEL: json.dumps(found), paths.LABEL: "image"}
            changes = [f"--change=LABEL {label}={json.dumps(text)}" for label, text in labels.items()]
            docker("commit", *changes, oven, golden, timeout=300)
    finally:
        container.remove(oven)


def _set_up(oven: str) -> None:
    """Start the host and bring in the images that a server would pull."""
    names = {images.POSTGRES.tag: "postgres:15", images.PYTHON.tag: "jctc/python-base:3.11"}
    send = f"docker save {' '.join(names)} | docker exec -i {oven} docker load -q"
    with step("Setting up a server"):
        docker("start", oven)
        container.wait(oven, ["engine"])
        run("bash", "-o", "pipefail", "-c", send, timeout=300)
        for ours, theirs in names.items():
            container.bash(oven, f"docker tag {ours} {theirs} && docker rmi {ours}")
