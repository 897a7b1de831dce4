"""`fab check` on a real host: one thing is broken at a time, and exactly that is named."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.operator import Operator

pytestmark = pytest.mark.sandbox

STATE = "jctc-app/.git/fab-rollback"
DEAD = '{"run":"r1","task":"full-rollback","who":"ada","machine":"laptop"}'
LOCKED = f"""mkdir -p {STATE}/lock {STATE}/runs/r1 && cd {STATE}
echo r1 >lock/run; echo '{DEAD}' >lock/owner; date +%s >lock/since; echo t >lock/token
echo '{{"at":1,"event":"begin","step":"02-stop","half":true}}' >runs/r1/journal"""
KNOWN = f'mkdir -p {STATE}; echo \'{{"event":"good","commit":"\'$GOOD\'"}}\' >{STATE}/releases.jsonl'
UNKNOWN = f"rm {STATE}/releases.jsonl"
BACK = "git -C jctc-app reset -q --hard origin/main"
SUBMODULE = "mkdir -p lib && git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),lib && git commit -qm lib"
HOOK = "jctc-app/.git/hooks/post-checkout"
RAISES = (
    "sed -i '/^def downgrade/,$d' alembic/versions/c5b*.py && printf 'def downgrade():\\n    raise RuntimeError\\n'"
)
PSQL = "docker exec -i jctc_db psql -q -U jctc_user -d jctc_db"
FAKE = "printf '#!/bin/sh\\n%s\\n' '{}' >/usr/local/bin/{name} && chmod 755 /usr/local/bin/{name}"
LITTLE = "echo Filesystem; echo /dev/x 9999 9999 99 100% /"
BIG = "backups/jctc_db_$(date +%Y%m%d).sql"


class Break(NamedTuple):
    """What is done on the host, or in hosts.yaml, and how it is taken back; `also` is what that breaks as well."""

    command: str = ":"
    mend: str = ":"
    state: str = "missing"
    also: tuple[str, ...] = ()
    user: str = "ubuntu"
    settings: dict[str, Any] = {}
    words: tuple[str, ...] = ()


def in_checkout(command: str, before: str = ":") -> str:
    """Return a command that works in the checkout and commits as somebody, after another one."""
    return f"{before}; cd jctc-app && export EMAIL=a@example.org GIT_AUTHOR_NAME=a GIT_COMMITTER_NAME=a\n{command}"


def database(**values: Any) -> dict[str, Any]:
    """Return the changes of hosts.yaml's section `database`."""
    return {"database": values}


BREAKS = {
    "ssh": Break(settings={"hosts": [{"port": 9}]}, also=("*",)),
    "state folder": Break(f"mkdir -p {STATE} && chmod 500 {STATE}", f"chmod 700 {STATE}"),
    "lock": Break(LOCKED, f"rm -rf {STATE}/lock {STATE}/runs/r1"),
    "engine": Break(
        "chmod 600 /var/run/docker.sock", "chmod 660 /var/run/docker.sock", user="root",
        also=("compose", "drift", "database", "backup", "verified", "images", "last good", "downgrade", "health"),
    ),
    "compose": Break(
        "echo { >>jctc-app/docker-compose.prod.yml", "git -C jctc-app checkout -q .", also=("local changes", "drift")
    ),
    "checkout": Break("chmod 500 jctc-app/.git/refs", "chmod 755 jctc-app/.git/refs"),
    "local changes": Break("echo >>jctc-app/README.md", "git -C jctc-app checkout -q .", "doubtful"),
    "submodules": Break(
        in_checkout(f"{SUBMODULE} && git commit -q --allow-empty -m next", "cp jctc-app/.git/logs/HEAD log"),
        f"{BACK}; mv log jctc-app/.git/logs/HEAD",
        "doubtful",
        also=("images", "downgrade"),
    ),
    "git-lfs": Break(f"echo 'git lfs post-checkout' >{HOOK}; chmod 755 {HOOK}", f"rm {HOOK}"),
    "branch": Break(
        "git -C jctc-app remote set-url origin /nowhere",
        "git -C jctc-app remote set-url origin /srv/git/jctc-app.git",
        "doubtful",
    ),
    "disk for images": Break(FAKE.format(LITTLE, name="df"), "rm /usr/local/bin/df", user="root"),
    "downgrade": Break(
        in_checkout(f"{RAISES} >>$(ls alembic/versions/c5b*.py) && git commit -qam raises", KNOWN), f"{BACK}; {UNKNOWN}"
    ),
    "drift": Break(
        in_checkout(
            "sed -i 's/^      DATABASE_URL/      NEW: 1\\n&/' docker-compose.prod.yml && git commit -qam new", KNOWN
        ),
        f"{BACK}; {UNKNOWN}",
        "doubtful",
    ),
    "health": Break(settings={"health": {"urls": ["http://127.0.0.1:9/health"]}}),
    "database": Break(
        "docker stop -t 1 jctc_db", "docker start jctc_db && sleep 4", also=("downgrade", "health", "drift")
    ),
    "disk for snapshot": Break(
        f"echo \"ALTER SYSTEM SET max_wal_size = '1000TB'; SELECT pg_reload_conf()\" | {PSQL}",
        f"echo 'ALTER SYSTEM RESET max_wal_size; SELECT pg_reload_conf()' | {PSQL}",
        also=("disk for restore",),
    ),
    "disk for restore": Break(f"truncate -s 4T {BIG}", f"rm {BIG}"),
    "backup": Break("mv backups aside", "mv aside backups"),
    "backup, old": Break(settings=database(backups={"folder": "backups", "max_age": "1h"})),
    "notification": Break(settings={"notify": ["json://127.0.0.1:9"]}, words=("--notify",)),
    "clock": Break(
        FAKE.format('exec /bin/date -d "1 hour" "$@"', name="date"), "rm /usr/local/bin/date", "doubtful", user="root"
    ),
}  # fmt: skip


def needs(operator: Operator, *words: str) -> dict[str, dict[str, str]]:
    """The needs of the host by their names, as the document has them; the exit code says whether any is missing."""
    ran = operator.fab("check", "--json", *words)
    assert ran.out, ran.text
    (found,) = ran.json()["hosts"].values()
    missing = any(need["state"] == "missing" for need in found)
    assert (ran.code, ran.json()["ok"]) == (int(missing), not missing), ran.text
    assert [need for need in found if (need["state"] == "ok") == bool(need["cure"])] == []
    return {need["name"]: need for need in found}


def described(operator: Operator, settings: dict[str, Any]) -> None:
    """Write hosts.yaml with some of its sections changed."""
    for name, changes in settings.items():
        before = operator.settings.get(name)
        if name == "hosts":
            operator.settings[name] = [{**before[0], **changes[0]}]
        else:
            operator.settings[name] = {**before, **changes} if isinstance(changes, dict) else changes
    operator.write()


def test_a_host_that_has_what_it_needs_lacks_nothing_and_stays_as_it_was(operator):
    before, files = operator.world(), operator.host.exec("find jctc-app backups | sort")
    found = needs(operator)
    assert {name for name, need in found.items() if need["state"] == "missing"} == set()
    assert found["last good"]["found"].startswith(operator.good[:12])
    assert "c5b90f37a4de destroys data" in found["downgrade"]["found"]
    assert found["rehearsal"]["cure"] == f"fab db.rehearse --commit {operator.good[:12]}"
    assert (found["verified"]["state"], found["backup"]["state"]) == ("doubtful", "doubtful")
    told = operator.fab("check")
    assert "doubtful  rehearsal          not rehearsed" in told.out
    assert "nothing is missing" in told.out.splitlines()[-1]
    assert (operator.world(), operator.host.exec("find jctc-app backups | sort")) == (before, files)


@pytest.fixture(scope="module")
def usual() -> dict[str, str]:
    """What was found of the host while nothing was broken, once it was looked at."""
    return {}


CASES = [name if name == "ssh" else pytest.param(name, marks=pytest.mark.long) for name in BREAKS]


@pytest.mark.parametrize("name", CASES)
def test_what_is_broken_is_named_and_nothing_else(operator, changed, usual, name):
    broken = BREAKS[name]
    usual.update(usual or states(needs(operator)))
    changed.add(operator.host.name)
    described(operator, broken.settings)
    operator.host.exec(f"GOOD={operator.good}; {broken.command}", broken.user)
    found = needs(operator, *broken.words)
    operator.host.exec(broken.mend, broken.user)
    assert found[name.partition(",")[0]]["state"] == broken.state
    worse = {one for one in found if found[one]["state"] != usual.get(one, found[one]["state"]) != "missing"}
    allowed = {name.partition(",")[0], *broken.also, "last good" if "$GOOD" in broken.command else ""}
    assert "*" in broken.also or worse <= allowed, {one: found[one] for one in worse - allowed}
    described(operator, {key: operator.describe().get(key, []) for key in broken.settings})
    assert states(needs(operator)) == usual
    changed.discard(operator.host.name)


def states(found: dict[str, dict[str, str]]) -> dict[str, str]:
    """The state of each need by its name."""
    return {name: need["state"] for name, need in found.items()}


@pytest.mark.long
def test_what_was_rehearsed_and_verified_is_known_afterwards(fresh):
    newest = fresh.fab("backups.list", "--json").json()[0]["path"]
    assert fresh.fab("backups.check", "--file", "latest", "--restore").code == 0
    assert fresh.fab("db.rehearse", "--commit", fresh.good, "--yes").code == 0
    found = needs(fresh)
    assert (found["verified"]["state"], found["disk for restore"]["state"]) == ("ok", "ok")
    assert "restored" in found["verified"]["found"]
    assert found["rehearsal"]["state"] == "ok", found["rehearsal"]
    fresh.host.exec(f"truncate -s -20 {newest} && rm {newest}.sha256")
    assert needs(fresh)["verified"]["state"] == "doubtful"
    assert fresh.fab("backups.check", "--file", newest).code == 1
    assert needs(fresh)["verified"]["state"] == "missing"


@pytest.mark.long
def test_without_a_release_before_there_is_nothing_to_go_back_to(fresh):
    fresh.host.exec("git -C jctc-app reflog expire --expire=now --all")
    assert needs(fresh)["last good"]["state"] == "missing"
    fresh.host.exec("chown -R root /home/ubuntu/jctc-app", "root")
    found = needs(fresh)
    assert (found["checkout"]["state"], "safe.directory" in found["checkout"]["cure"]) == ("missing", True)
