"""The command that mends what a host says is wrong with it."""

from __future__ import annotations

from ...console.commands import fab
from ...ssh import paths
from .looked import Looked

INSTALL = "sudo apt-get install {0} || sudo dnf install {0}"
WRITE = "sudo setfacl -R -m u:{user}:rwX,d:u:{user}:rwX {place}"
ON_HOST = {  # by words of `tools.meanings`: what is typed on the host
    "may not use Docker": "sudo usermod -aG docker {user}",
    "engine does not answer": "sudo systemctl start docker",
    "no docker on the host": INSTALL.format("docker.io"),
    "no compose on the host": INSTALL.format("docker-compose"),
    "install the compose plugin": INSTALL.format("docker-compose-plugin"),
    "no git on the host": INSTALL.format("git"),
    "no curl, wget or python3": INSTALL.format("curl"),
    "checkout is another login's": "git config --global --add safe.directory {app}",
    "git fetch": "git -C {app} fetch origin",
}
NODE = "what has to work there: "  # the words of task.sh
IN_SETTINGS = ("app.path in hosts.yaml", "compose.", "hosts.yaml")


def of(k: Looked, problem: str) -> str:
    """Return the command to type for a problem: on the host, in hosts.yaml, or the one that looks deeper."""
    for words, command in ON_HOST.items():
        if words in problem:
            return k.on_host(command.format(user=k.user, app=paths.app(k.environment)))
    if NODE in problem:
        return k.on_host(problem.partition(NODE)[2])
    if "not running" in problem:
        return fab("containers.start")
    return k.settings if any(words in problem for words in IN_SETTINGS) else fab("diagnose")


def may_write(k: Looked, place: str) -> str:
    """Return the command that lets the login write a folder of the host, a shell word, and all below it."""
    return k.on_host(WRITE.format(user=k.user, place=place))


def git(k: Looked, words: str) -> str:
    """Return the git command that is typed for the checkout."""
    return k.on_host(f"git -C {paths.app(k.environment)} {words}")
