"""How a deployment gets onto a host: pushed, pulled and deployed by a script, release after release."""

from __future__ import annotations

import io
import shlex
import tarfile
from dataclasses import dataclass

from sandbox.host import Host
from tests.field.recipe import Moment, Recipe

DEPLOY = """
set -e
rm -rf /tmp/lay && mkdir -p /tmp/lay ~/origins && tar -x -C /tmp/lay
git init -q -b main ~/origins/$name 2>/dev/null
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.org GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.org
cd ~/origins/$name && git rm -rfq --ignore-unmatch . && cp -a /tmp/lay/tracked/. . && git add -A
git commit -q -m "Release $release"
if [ -d ~/$name ]; then git -C ~/$name pull -q; else git clone -q ~/origins/$name ~/$name; fi
cp -a /tmp/lay/untracked/. ~/$name
(cd ~/$name; {script}
) >&2
timeout 30 sh -c 'until {ask} | grep -q @release@; do sleep 0.1; done' >&2 || { docker ps -a >&2; exit 1; }
git -C ~/$name rev-parse HEAD
"""


@dataclass(frozen=True)
class Place:
    """Where a deployment is: the name of its folder, and the port of the host that it answers on."""

    host: Host
    name: str
    port: int

    def at(self, release: str) -> Moment:
        """Return what texts may name while a release is deployed."""
        return Moment(release, self.name, self.port)


def ask(place: Place, recipe: Recipe) -> str:
    """Return the command that asks the application how it is."""
    return place.at("").fill(recipe.ask) or f"curl -s -m 3 http://127.0.0.1:{place.port}/health"


def deploy(place: Place, recipe: Recipe, release: str) -> str:
    """Publish a release and deploy it as the team does; return its commit."""
    at = place.at(release)
    words = {"name": place.name, "release": release, "compose": _compose(place, recipe)}
    exports = {} if recipe.env_file else recipe.environment(at)
    lines = [f"{key}={shlex.quote(value)}" for key, value in words.items()]
    lines += [f"export {key}={shlex.quote(value)}" for key, value in exports.items()]
    script = DEPLOY.replace("{script}", "\n".join(recipe.deploy)).replace("{ask}", ask(place, recipe))
    return place.host.exec("\n".join([*lines, at.fill(script)]), timeout=300, stdin=_packed(recipe, at))


def _compose(place: Place, recipe: Recipe) -> str:
    options = place.at("").fill(recipe.compose)
    files = "" if "-f" in options.split() else f"-f {recipe.file}"
    return f"{place.host.variant.compose_command} {files} {options}"


def _packed(recipe: Recipe, at: Moment) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        _pack(archive, "tracked", recipe.repository(at))
        _pack(archive, "untracked", recipe.beside(at))
    return buffer.getvalue()


def _pack(archive: tarfile.TarFile, folder: str, files: dict[str, str]) -> None:
    place = tarfile.TarInfo(folder)
    place.type, place.mode = tarfile.DIRTYPE, 0o755
    archive.addfile(place)
    for path, text in files.items():
        entry = tarfile.TarInfo(f"{folder}/{path}")
        entry.size, entry.mode = len(text.encode()), 0o755 if text.startswith("#!") else 0o644
        archive.addfile(entry, io.BytesIO(text.encode()))
