"""Images of PostgreSQL as people run them: likenesses, of Debian's packages, with the rules of their entrypoints."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox import debian, engine, images, paths
from sandbox.shell import SandboxError

FOLDER = Path(__file__).parent / "postgres_images"
PROXIES = [word for p in images.PROXIES if p in os.environ for word in ("--build-arg", f"{p}={os.environ[p]}")]
# Another release of Debian than that of the base, where it is not the base's own.
TEXT = r"""
FROM {base}
ENV DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8 PATH=/usr/lib/postgresql/{major}/bin:$PATH
RUN for f in $(find /etc/apt -name '*.sources' -o -name sources.list); do \
      sed 's/bookworm/{suite}/g' "$f" > /tmp/more && echo >> "$f" && cat /tmp/more >> "$f"; done \
 && mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf \
 && apt-get -o Acquire::Check-Valid-Until=false update -q \
 && apt-get install -qy --no-install-recommends postgresql-{major} {packages}
{rest}
"""
OFFICIAL = """
ENV PGDATA={data}
COPY official /usr/local/bin/
RUN mkdir /docker-entrypoint-initdb.d {more}
VOLUME {volume}
STOPSIGNAL SIGINT
ENTRYPOINT ["official"]
CMD ["postgres"]
"""
OTHER = """
COPY other /usr/local/bin/
RUN mkdir -p /other/postgresql && chown 1001:0 /other/postgresql /var/run/postgresql
VOLUME /other/postgresql
USER 1001
ENTRYPOINT ["other"]
"""
SUITES = {"13": "bullseye", "15": "bookworm", "17": "trixie", "18": "sid"}


@dataclass(frozen=True)
class Likeness:
    """An image: its PostgreSQL, further packages, and what else its Dockerfile does; `official`: whose rules it has."""

    major: str
    packages: str = ""
    more: str = ""
    official: bool = True

    def built(self) -> str:
        """Return the image's name; skip where its packages cannot be had."""
        base = debian.SID if self.major == "18" else debian.BOOKWORM
        base.ensure()
        volume = "/var/lib/postgresql" if self.major == "18" else "/var/lib/postgresql/data"
        data = f"{volume}/18/docker" if self.major == "18" else volume
        rest = OFFICIAL.format(data=data, volume=volume, more=self.more) if self.official else OTHER
        suite = SUITES[self.major]
        text = TEXT.format(base=base.tag, major=self.major, suite=suite, packages=self.packages, rest=rest)
        files = [file.read_text() for file in sorted(FOLDER.iterdir())]
        tag = f"{paths.IMAGE}:postgres-like-{paths.digest(text, *files)}"
        words = ("build", "-q", "-t", tag, "--label", f"{paths.LABEL}=image", *PROXIES, "-f", "-", str(FOLDER))
        try:
            if not debian.image_id(tag):
                engine.docker(*words, stdin=text, timeout=600)
        except SandboxError as error:
            pytest.skip(f"PostgreSQL {self.major} cannot be installed: {error}")
        return tag
