"""What is wrong before anything was changed: exit code 2, one line, and a host as it was."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.faults import commits

pytestmark = [pytest.mark.sandbox, pytest.mark.fault]

COMPOSE = "docker-compose.prod.yml"
STATE = "jctc-app/.git/fab-rollback"


ALMOST_FULL = "cd /var/lib/docker; fallocate -l $(( $(df --output=avail -B1 . | tail -1) - 99999999 )) full"


# Where the command and the plugin lie, each of which may be absent.
PROGRAMS = "/usr/bin/docker-compose /usr/lib*/docker/cli-plugins/docker-compose"


@dataclass(frozen=True)
class Wrong:
    """Something wrong on the host or with the target; `says` is in the line that is printed."""

    name: str
    says: str
    broken: str = ""
    mended: str = ""
    user: str = "root"
    files: dict[str, str] = field(default_factory=dict)
    commit: str = ""
    sql: tuple[str, str] = ("", "")
    settings: dict = field(default_factory=dict)


WRONGS = [
    Wrong(
        "docker-compose is missing",
        "compose",
        f"for file in $(ls -d {PROGRAMS} 2>/dev/null); do mv $file $file.away; done",
        f"for file in $(ls -d {PROGRAMS.replace(' ', '.away ')}.away 2>/dev/null); do mv $file ${{file%.away}}; done",
    ),
    Wrong(
        "login may not use the engine",
        "may not use Docker",
        "chmod 600 /var/run/docker.sock",
        "chmod 660 /var/run/docker.sock",
    ),
    Wrong("engine stopped", "engine", "pkill -x dockerd; while pgrep -x dockerd; do sleep 0.1; done", "start-engine"),
    Wrong(
        "state folder not writable",
        "lock cannot be taken",
        f"cd /home/ubuntu/{STATE} && chown root . && chmod 755 .",
        f"cd /home/ubuntu/{STATE} && chown ubuntu . && chmod 700 .",
    ),
    Wrong(
        "state folder's disk full",
        "cannot be",
        f"mount -t tmpfs -o size=4k,uid=$(id -u ubuntu),mode=700 none /home/ubuntu/{STATE}",
        f"umount /home/ubuntu/{STATE}",
    ),
    Wrong("disk almost full", "too little disk", ALMOST_FULL, "rm /var/lib/docker/full"),
    Wrong(
        "checkout is gone",
        "app.path",
        "mv /home/ubuntu/jctc-app /home/ubuntu/away",
        "mv /home/ubuntu/away /home/ubuntu/jctc-app",
    ),
    Wrong("commit is not on the host", "is not a commit", commit="dead0000beef"),
    Wrong("commit is an option", "is not a commit", commit="--upload-pack=reboot"),
    Wrong(
        "local changes in the checkout",
        "local changes",
        "echo x >> jctc-app/README.md",
        "git -C jctc-app checkout -q README.md",
        "ubuntu",
    ),
    Wrong(
        "file in the way",
        "would be overwritten",
        "echo mine > jctc-app/added.txt",
        "rm jctc-app/added.txt",
        "ubuntu",
        {"added.txt": "x"},
    ),
    Wrong("compose file invalid at the target", "compose does not accept", files={COMPOSE: "services: [broken\n"}),
    Wrong("compose file that is not what runs", "compose.file", settings={"compose": {"file": "no-such.yml"}}),
    Wrong(
        "build fails",
        "exit code: 3",
        files={"Dockerfile": "FROM jctc/python-base:3.11\nRUN echo no luck >&2; exit 3\n"},
    ),
    Wrong("base image missing", "no-such-image", files={"Dockerfile": "FROM 127.0.0.1:9/no-such-image:1\n"}),
    Wrong(
        "revision unknown",
        "",
        sql=(
            "UPDATE alembic_version SET version_num = 'deadbeef0000'",
            "UPDATE alembic_version SET version_num = 'c5b90f37a4de'",
        ),
    ),
    Wrong(
        "two revisions, one unknown",
        "",
        sql=(
            "INSERT INTO alembic_version VALUES ('deadbeef0000')",
            "DELETE FROM alembic_version WHERE version_num = 'deadbeef0000'",
        ),
    ),
    Wrong("wrong database role", "revision cannot be read", settings={"database": {"user": "nobody_known"}}),
    Wrong("database stopped", "database", "docker stop -t 1 jctc_db", "docker start jctc_db", "ubuntu"),
    Wrong(
        "downgrade cannot work",
        "rehearsal of downgrade",
        sql=("ALTER TABLE cases RENAME priority TO urgency", "ALTER TABLE cases RENAME urgency TO priority"),
    ),
]
CHEAP = {"state folder not writable", "state folder's disk full", "local changes in the checkout", "revision unknown"}
CASES = [pytest.param(w, id=w.name, marks=() if w.name in CHEAP else pytest.mark.long) for w in WRONGS]


@pytest.mark.parametrize("wrong", CASES)
def test_it_is_refused_in_one_line_and_the_host_is_left_alone(deployed, wrong):
    stage, operator = deployed, deployed.operator
    rows, before, original = stage.content(), operator.world(), dict(operator.settings)
    commit = wrong.commit or operator.good
    if wrong.files:
        commit = commits.make(stage.host, operator.good, wrong.name, wrong.files)
    for name, changes in wrong.settings.items():
        operator.settings[name] = {**operator.settings[name], **changes}
    operator.write()
    try:
        if wrong.sql[0]:
            operator.sql(wrong.sql[0])
        if wrong.broken:
            stage.host.exec(wrong.broken, user=wrong.user)
        ran = operator.fab("full-rollback", f"--commit={commit}", "--yes", timeout=240)
    finally:
        operator.settings.update(original)
        operator.write()
        if wrong.mended:
            stage.host.exec(wrong.mended, user=wrong.user)
        stage.settled()
        if wrong.sql[1]:
            operator.sql(wrong.sql[1])
    assert ran.code == 2, ran.text
    assert wrong.says in ran.err, ran.text
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    after = operator.world()
    assert (after.head, after.revision) == (before.head, before.revision)
    assert sorted(after.containers) == sorted(before.containers)
    assert not stage.locked()
    stage.note(wrong.name, "before anything was changed", ran, "not needed", rows)
