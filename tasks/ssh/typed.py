"""The commands that an operator types to do something on a host by hand."""

from __future__ import annotations

from ..config import inventory
from ..config.settings import Environment
from .host import Host
from .shell import join, quote


def login(host: Host) -> str:
    """Return the ssh command that reaches `host`, with the key and the known hosts that hosts.yaml names."""
    keys = host.connect_kwargs.get("key_filename") or []
    return join(
        "ssh",
        "-t",
        *[word for key in keys[:1] for word in ("-i", str(key))],
        *[word for file in host.known_hosts for word in ("-o", f"UserKnownHostsFile={file}")],
        *([] if host.port == 22 else ["-p", str(host.port)]),
        f"{host.user}@{host.host}",
    )


def edit(environment: Environment) -> str:
    """Return the command that opens the file that says what `environment` is."""
    return f"${{EDITOR:-vi}} {quote(str(inventory.file_of(environment.name)))}"
