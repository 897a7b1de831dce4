"""How a deployment gets onto a host: pushed, pulled and deployed by a script, release after release."""

from __future__ import annotations

import io
import shlex
import tarfile
from dataclasses import dataclass

from sandbox.host import Host
from tests.field.recipe import RELEASES, Recipe

PREPARE = """
set -e
rm -rf /tmp/lay && mkdir -p /tmp/lay ~/origins && tar -x -C /tmp/lay
git init -q -b main ~/origins/$name
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.org GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.org
publish() {
  cd ~/origins/$name && git rm -rfq --ignore-unmatch . && cp -a /tmp/lay/$release/tracked/. . && git add -A
  git commit -q -m "Release $release" && git rev-parse HEAD >&3
}
fetch() {
  if [ -d ~/$name ]; then git -C ~/$name pull -q; else git clone -q ~/origins/$name ~/$name; fi
  cp -a /tmp/lay/$release/untracked/. ~/$name
}
"""
ANSWERS = "timeout 30 sh -c 'until {ask} | grep -q {release}; do sleep 0.1; done'"


@dataclass(frozen=True)
class Place:
    """Where a deployment is: the name of its folder, and the port of the host that it answers on."""

    host: Host
    name: str
    port: int

    @property
    def ask(self) -> str:
        """The command that asks the application how it is."""
        return f"curl -s -m 3 http://127.0.0.1:{self.port}/health"


def lay(place: Place, recipe: Recipe) -> dict[str, str]:
    """Deploy every release, one after the other; return their commits."""
    values = f"name={place.name} compose={shlex.quote(_compose(place, recipe))}\nexec 3>&1 >&2\n"
    lines = [values, PREPARE, *(line for release in RELEASES for line in _deploy(place, recipe, release))]
    made = place.host.exec("\n".join(lines), timeout=300, stdin=_packed(place, recipe))
    return dict(zip(RELEASES, made.split(), strict=True))


def _compose(place: Place, recipe: Recipe) -> str:
    options = recipe.compose.format(name=place.name)
    files = "" if "-f" in options.split() else f"-f {recipe.file}"
    return f"{place.host.variant.compose_command} {files} {options}"


def _deploy(place: Place, recipe: Recipe, release: str) -> list[str]:
    environment = {} if recipe.env_file else recipe.environment(release, place.name, place.port)
    exports = [f"export {key}={shlex.quote(value)}" for key, value in environment.items()]
    script = "\n".join([*exports, *recipe.deploy])
    answers = ANSWERS.format(ask=recipe.ask.format(port=place.port) or place.ask, release=release)
    return [f"release={release}; publish; fetch", f"(set -e; cd ~/$name; {script}\n)", answers]


def _packed(place: Place, recipe: Recipe) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for release in RELEASES:
            _pack(archive, f"{release}/tracked", recipe.repository(release))
            _pack(archive, f"{release}/untracked", recipe.beside(release, place.name, place.port))
    return buffer.getvalue()


def _pack(archive: tarfile.TarFile, folder: str, files: dict[str, str]) -> None:
    place = tarfile.TarInfo(folder)
    place.type, place.mode = tarfile.DIRTYPE, 0o755
    archive.addfile(place)
    for path, text in files.items():
        entry = tarfile.TarInfo(f"{folder}/{path}")
        entry.size, entry.mode = len(text.encode()), 0o755 if text.startswith("#!") else 0o644
        archive.addfile(entry, io.BytesIO(text.encode()))
