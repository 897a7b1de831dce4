"""What grows with the number of hosts: the look, and a restart on all of them, engine time aside."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable

from sandbox.host import Host

from . import figures, stage
from .figures import Table

COUNTS = (1, 4, 16)
# Each login is a host to `fab`: a home, checkout, state folder and lock of its own, and an engine that costs nothing.
LOGINS = """
sed -i 's/^AllowUsers.*/AllowUsers ubuntu fleet*/' $(grep -rl ^AllowUsers /etc/ssh) && kill -HUP $(cat /run/sshd.pid)
for n in $(seq {count}); do
  home=/home/fleet$n
  [ ! -d $home ] || continue
  useradd -m -s /bin/bash -p '*' fleet$n
  mkdir -p $home/.ssh $home/bin
  cp /home/ubuntu/.ssh/authorized_keys $home/.ssh/
  echo 'PATH=$HOME/bin:$PATH' > $home/.bashrc
  printf '%s' '{engine}' | base64 -d > $home/bin/docker
  printf '%s' '{compose}' | base64 -d > $home/bin/docker-compose
  cp -r /home/ubuntu/jctc-app $home/app
  chown -R fleet$n: $home && chmod 700 $home/.ssh && chmod 755 $home/bin/*
done
"""
NOTES = [
    "The hosts are logins of one sandbox host, each with a home, a checkout, a state folder and a lock of its own, and "
    "with a `docker` that answers at once. All of them, and the client, share the cores of this one machine: what "
    "grows here is the work of sixteen hosts on {cores} cores, which sixteen machines would do by themselves.",
    "Host by host it would take sixteen times what one takes.",
    "Restart: `fab containers.restart --yes`, from its start to its end, with the look, the locks, the journal and the "
    "proof on every host; all at once (`rolling: all`). By default a turn of the first host comes before.",
]


def table(repeat: int) -> Table:
    """Return the table of a look and a restart with 1, 4 and 16 hosts."""
    host = stage.host()
    host.reset()
    _lay_ready(host)
    found = figures.in_turns(_contenders(host), repeat)
    made = Table("Hosts of one environment", ["", "look", "× one host", "restart", "× one host", "target"])
    for count in COUNTS:
        row = [f"{count} host{'s' if count > 1 else ''}"]
        for what in ("look", "restart"):
            values, one = found[f"{what}, {count}"], found[f"{what}, 1"]
            row += [figures.seconds(values), figures.ratio(values, one)]
        made.rows.append([*row, "≤ 1.5 at 16"])
    made.notes = [note.format(cores=os.cpu_count()) for note in NOTES]
    return made


def _lay_ready(host: Host) -> None:
    texts = {
        name: base64.b64encode((stage.PEERS / f"{name}.sh").read_bytes()).decode() for name in ("engine", "compose")
    }
    host.exec(LOGINS.format(count=max(COUNTS), **texts), user="root", timeout=120)


def _contenders(host: Host) -> dict[str, Callable[[], float]]:
    runs = {}
    for count in COUNTS:
        environ = stage.settings_of_many(host, [f"fleet{n}" for n in range(1, count + 1)])
        for what, flag in (("look", "--plan"), ("restart", "--yes")):
            words = stage.fab("containers.restart", flag)
            runs[f"{what}, {count}"] = lambda words=words, environ=environ: figures.took(
                words, environ, cwd=stage.PROJECT
            )
    return runs
