"""What grows with the number of hosts: the look and a restart on all of them, beside what their engine takes for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

from sandbox.host import Host

from . import figures, stage
from .figures import Table

COUNTS = (1, 4, 16)
WHATS = ("look", "restart", "engine alone")
NOTES = [
    "The hosts are logins of one sandbox host, each with a home, a checkout, a state folder and a lock of its own, and "
    "with a deployment of one container. All of them, their engine, and the client share the cores of this one "
    "machine: what grows here is the work of sixteen hosts on {cores} cores, which sixteen machines would do by "
    "themselves.",
    "Host by host it would take sixteen times what one takes.",
    "Restart: `fab containers.restart --yes`, from its start to its end, with the look, the locks, the journal and the "
    "proof on every host; all at once (`rolling: all`). By default a turn of the first host comes before.",
    "The engine alone: `docker restart` of the same containers, all at once, by one ssh call.",
]


def table(repeat: int) -> Table:
    """Return the table of a look and a restart with 1, 4 and 16 hosts."""
    host = stage.host()
    host.reset()
    script = (stage.PEERS / "logins.sh").read_text()
    host.exec(f"COUNT={max(COUNTS)} sh -s", user="root", timeout=300, stdin=script)
    found = figures.in_turns(_contenders(host), repeat)
    columns = [column for what in WHATS for column in (what, "× one host")]
    made = Table("Hosts of one environment", ["", *columns, "target of look and restart"])
    for count in COUNTS:
        row = [f"{count} host{'s' if count > 1 else ''}"]
        for what in WHATS:
            values, one = found[f"{what}, {count}"], found[f"{what}, 1"]
            row += [figures.seconds(values), figures.ratio(values, one)]
        made.rows.append([*row, "≤ 1.5 at 16"])
    made.notes = [note.format(cores=os.cpu_count()) for note in NOTES]
    return made


def _contenders(host: Host) -> dict[str, Callable[[], float]]:
    runs: dict[str, Callable[[], float]] = {}
    for count in COUNTS:
        logins = [f"fleet{n}" for n in range(1, count + 1)]
        environ = stage.settings_of_many(host, logins)
        at_once = " & ".join(f"docker restart {login}-app-1" for login in logins)
        commands = {
            "look": stage.fab("containers.restart", "--plan"),
            "restart": stage.fab("containers.restart", "--yes"),
            "engine alone": [*stage.ssh(host), f"{at_once} & wait"],
        }
        for what, words in commands.items():
            runs[f"{what}, {count}"] = partial(figures.took, words, environ, cwd=stage.PROJECT)
    return runs
