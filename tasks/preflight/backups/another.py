"""Another backup than one that is no good, for the refusal that says so."""

from __future__ import annotations

from ...console.commands import fab
from ...ssh.host import Host
from ...ssh.shell import quote
from . import backup_choice, finding, safety


def named(c: Host, path: str) -> str:
    """Return a sentence that names the newest backup but the one at `path` that was verified, else their list."""
    whole = [one for one in finding.found(c) if one.good and one.path != path]
    good, _why = backup_choice.latest(whole, safety.configured(c.environment).name)
    return f"The newest that was verified: --file {quote(good.path)}" if good else f"Others: {fab('backups.list')}"
