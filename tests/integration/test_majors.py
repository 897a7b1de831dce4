"""Copies, restores and swaps on the oldest and the newest PostgreSQL of Debian's releases, beside the sandbox's."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox import container, debian, engine, images, paths
from sandbox.shell import SandboxError, run
from tasks.tools.postgres import changes
from tasks.tools.postgres.names import copy_name
from tests.conftest import NAME as OWN
from tests.integration.postgres_host import AWKWARD, PostgresHost, target
from tests.integration.test_postgres import FORMS, NAME

pytestmark = [pytest.mark.sandbox, pytest.mark.long]
NEWER = r"(?s)CREATE FUNCTION [^;]* BEGIN ATOMIC.*?\nEND;"  # PostgreSQL 13 has no such bodies
MAJORS = {"13": "bullseye", "17": "trixie"}
# Another release of Debian than the sandbox's, with the entrypoint of its PostgreSQL.
IMAGE = r"""
FROM {sandbox} AS sandbox
FROM {debian}
ENV LANG=C.UTF-8 PGDATA=/var/lib/postgresql/data PATH=/usr/lib/postgresql/{major}/bin:$PATH
RUN for f in $(find /etc/apt -name '*.sources' -o -name sources.list); do \
      sed 's/bookworm/{suite}/g' "$f" > /tmp/more && echo >> "$f" && cat /tmp/more >> "$f"; done \
 && mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf \
 && apt-get update -q \
 && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends postgresql-{major}
COPY --from=sandbox /usr/local/bin/entrypoint /usr/local/bin/
ENTRYPOINT ["entrypoint"]
CMD ["postgres"]
"""
SETTINGS = {"POSTGRES_DB": "jctc_db", "POSTGRES_USER": "jctc_user", "POSTGRES_PASSWORD": "only-for-the-test"}


@dataclass(frozen=True)
class Here:
    """This machine in the place of a host: its engine runs the server, and a folder is the login's home."""

    home: Path

    def exec(self, command: str, timeout: float = 120, stdin: str | None = None) -> str:
        where = f"export HOME={shlex.quote(str(self.home))}; cd; {command}"
        return run("bash", "-o", "pipefail", "-c", where, timeout=timeout, stdin=stdin).removesuffix("\n")


def built(major: str) -> str:
    """Return an image with that PostgreSQL; skip where its packages cannot be had."""
    tag = f"{paths.IMAGE}:postgres-major-{major}"
    text = IMAGE.format(sandbox=images.POSTGRES.ensure(), debian=debian.TAG, major=major, suite=MAJORS[major])
    proxies = [word for p in images.PROXIES if p in os.environ for word in ("--build-arg", f"{p}={os.environ[p]}")]
    try:
        engine.docker(
            "build", "-q", "-t", tag, "--label", f"{paths.LABEL}=image", *proxies, "-", stdin=text, timeout=600
        )
    except SandboxError as error:
        pytest.skip(f"PostgreSQL {major} cannot be installed: {error}")
    return tag


@pytest.fixture(params=MAJORS)
def box(request, tmp_path):
    """The awkward database on a server of that major version."""
    engine.ensure()
    name = paths.container(f"{OWN}-postgres-{request.param}")
    container.remove(name)
    variables = [word for pair in SETTINGS.items() for word in ("-e", "=".join(pair))]
    image = built(request.param)
    engine.docker("run", "-d", "--name", name, "--label", f"{paths.LABEL}={paths.CLONE}", *variables, image)
    here = Here(tmp_path)
    ready = f"docker exec {name} pg_isready -q -h 127.0.0.1"
    here.exec(f"timeout 60 sh -c 'until {ready}; do sleep 0.1; done'")
    old = {"same": ()} if request.param == "13" else {}  # its last pg_dump writes no key
    made = PostgresHost(here, NAME, container=name, folder=str(tmp_path / "it's backups"), **old)
    try:
        assert made.server().version // 10000 == int(request.param)
        made.create(AWKWARD if request.param != "13" else re.sub(NEWER, "", AWKWARD))
        yield made
    finally:
        container.remove(name)


def test_what_was_dumped_is_restored_and_swapped_on_other_majors_too(box):
    before, contents = box.dump(), box.contents()
    for form, (options, pipe) in FORMS.items():
        path = box.write(f"{box.dumper(*options.split())} {target(NAME)} | {pipe}", f"b.{form}")
        ran = box.restore(box.check(path), form)
        assert (ran.code, ran.err) == (0, ""), (form, ran)
        assert "0 unverified" in ran.out
        assert box.dump(copy_name(NAME, "new", form)) == before, form
    box.ok(box.write_backup(f"{box.folder}/folder"))
    assert box.restore(box.check(f"{box.folder}/folder"), "folder").code == 0
    assert box.dump(copy_name(NAME, "new", "folder")) == before
    box.ok(changes.snapshot(box.db, "s1"))
    box.sql("DELETE FROM public.texts;")
    box.ok(changes.swap(box.db, copy_name(NAME, "snap", "s1"), copy_name(NAME, "old", "s1")))
    assert (box.dump(), box.contents()) == (before, contents)
    box.ok(changes.swap(box.db, copy_name(NAME, "new", "custom"), copy_name(NAME, "old", "s2")))
    assert (box.dump(), box.contents()) == (before, contents)
