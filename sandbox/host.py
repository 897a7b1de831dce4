"""A production host in a container: brought up, put back to "v3 just deployed", taken down."""

import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import container, engine, golden, keys, paths, ports, records
from .debian import image_id
from .progress import step
from .shell import Input, SandboxError
from .variant import Variant

READY_TIMEOUT = 60


@dataclass(frozen=True)
class Host:
    """One running host, and how to reach it."""

    name: str
    port: int
    variant: Variant
    image: str
    releases: dict[str, str] = field(hash=False)
    address: str = "127.0.0.1"
    user: str = "ubuntu"

    @classmethod
    def up(cls, name: str = ports.DEFAULT, variant: Variant | None = None, port: int | None = None) -> "Host":
        """Return the host ``name``, started and just as after v3's deployment if it did not run.

        A running host of the same variant and port is left as it is. Without ``variant``: as it
        was, else the ordinary one. Raises SandboxError.
        """
        records.check_name(name)
        with records.lock(name):
            known = records.load(name)
            engine.ensure()
            variant = golden.obtainable(variant or Variant(**known["variant"] if known else {}))
            image = golden.ensure(variant)
            with records.lock("ports"):
                port = ports.wanted(name, port, known)
                host = cls(name, port, variant, image, golden.shas(image))
                records.save(name, host._record())
            if known != host._record() or not host._alive():
                host._start()
        return host

    @classmethod
    def get(cls, name: str = ports.DEFAULT) -> "Host":
        """Return a host that is already up; raise SandboxError when there is none of that name."""
        known = records.load(records.check_name(name))
        if known is None:
            raise SandboxError(f"no host named {name}: bring it up first (python -m sandbox up {name})")
        engine.ensure()
        return cls(name, known["port"], Variant(**known["variant"]), known["image"], known["releases"])

    def reset(self) -> None:
        """Put the host back to "v3 just deployed", whatever was done to it."""
        engine.ensure()
        with records.lock(self.name):
            self._start()

    def down(self) -> None:
        """Remove the host with everything on it."""
        engine.ensure()
        with records.lock(self.name):
            container.remove(self.container)
            records.forget(self.name)
            keys.record()

    def exec(self, command: str, user: str = "ubuntu", timeout: float = 60, stdin: Input = None) -> str:
        """Run a bash command on the host, past SSH, and return its standard output without the last newline.

        Raises SandboxError when it exits non-zero or takes longer than ``timeout`` seconds.
        """
        return container.bash(self.container, command, user, timeout, stdin)

    @property
    def container(self) -> str:
        """Return the outer container's name."""
        return paths.container(self.name)

    @property
    def key(self) -> Path:
        """Return the private key that opens the host."""
        return paths.KEY

    @property
    def known_hosts(self) -> Path:
        """Return the known_hosts file that holds the host's key."""
        return paths.KNOWN_HOSTS

    def _record(self) -> records.HostRecord:
        return {"port": self.port, "variant": self.variant.options(), "image": self.image, "releases": self.releases}

    def _alive(self) -> bool:
        """Tell whether the host runs and its sshd and engine answer."""
        if not container.running(self.container):
            return False
        try:
            container.wait(self.container, ["engine"], seconds=3)
        except SandboxError:
            return False
        return self._sshd_answers()

    def _start(self) -> None:
        """Start a fresh container from the golden image and wait until it is as expected."""
        if not image_id(self.image):
            raise SandboxError(f"the image of {self.name} is gone: python -m sandbox up {self.name}")
        with step(f"Starting {self.name} on 127.0.0.1:{self.port}"):
            container.remove(self.container)
            ports.check_free(self.port)
            publish = f"--publish=127.0.0.1:{self.port}:22"
            container.create(self.container, self.image, self.name, publish)
            engine.docker("cp", f"{keys.bring(self.name)}/.", f"{self.container}:/etc/sandbox")
            engine.docker("start", self.container)
            keys.record()
        with step("Waiting for v3"):
            container.wait(self.container, self.variant.checks(), READY_TIMEOUT)
            self._wait_for_sshd()

    def _wait_for_sshd(self) -> None:
        """Wait until sshd greets on the published port."""
        deadline = time.monotonic() + READY_TIMEOUT
        while not self._sshd_answers():
            if time.monotonic() > deadline:
                raise SandboxError(f"sshd of {self.name} does not answer on port {self.port}")
            time.sleep(0.1)

    def _sshd_answers(self) -> bool:
        try:
            with socket.create_connection((self.address, self.port), timeout=3) as connection:
                return connection.recv(4) == b"SSH-"
        except OSError:
            return False
