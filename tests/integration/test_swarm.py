"""A stack on a swarm of three hosts: looked at, rolled back task after task, taken back; and what is refused."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.engine import docker
from sandbox.host import Host
from sandbox.variant import Variant
from tests.conftest import NAME
from tests.operator import PROJECT, Operator, settings_for

pytestmark = [pytest.mark.sandbox, pytest.mark.long]
PORT = 5000
UP, DOWN = "8d24e6b5c073", "3f1c7a90be21"
REGISTRY = f"""
cat >/tmp/registry.yml <<FILE
version: 0.1
log: {{level: warn}}
storage: {{filesystem: {{rootdirectory: /tmp/registry}}}}
http: {{addr: ":{PORT}"}}
FILE
setsid docker-registry serve /tmp/registry.yml </dev/null >/tmp/registry.log 2>&1 &
"""
KNOW = """
python3 - <<'CODE'
import json, pathlib
file = pathlib.Path("/etc/docker/daemon.json")
known = json.loads(file.read_text()) if file.exists() else {}
file.write_text(json.dumps({**known, "insecure-registries": ["@registry@"]}))
CODE
kill -HUP "$(cat /var/run/docker.pid)"
docker ps -aq | xargs -r docker rm -f
"""


class Stack:
    """The three hosts, the first of them the manager, and an operator who knows that one."""

    def __init__(self, hosts: list[Host], folder: Path) -> None:
        self.hosts, self.manager = hosts, hosts[0]
        settings = settings_for(self.manager)
        self.operator = Operator(self.manager, folder)
        self.operator.settings = {
            **settings,
            "app": {"path": "shop"},
            "orchestrator": "swarm",
            "stack": "shop",
            "compose": {
                "file": "docker-stack.yml",
                "env_file": ".env",
                "services": {"backend": "app", "database": "db"},
            },
            "database": {
                **settings["database"],
                "alembic": {"service": "app", "config": "alembic.ini", "command": "sh migrate.sh"},
            },
            "health": {"urls": ["http://127.0.0.1:8000/health"], "timeout": 60},
        }
        self.operator.write()

    def sh(self, command: str, timeout: float = 60) -> str:
        """What a command on the manager prints."""
        return self.manager.exec(command, timeout=timeout)

    def tasks(self, service: str) -> dict[str, str]:
        """The tasks of a service that are to run, by their ids, and the image of each."""
        form = "'{{.ID}} {{.Image}}'"
        lines = self.sh(f"docker service ps --no-trunc --filter desired-state=running --format {form} shop_{service}")
        return dict(line.split(" ", 1) for line in lines.splitlines())

    def answers(self) -> list[str]:
        """What each node says to its own health address."""
        ask = "curl -s -o /dev/null -m 5 -w '%{http_code}' http://127.0.0.1:8000/health || :"
        return [host.exec(ask) for host in self.hosts]

    def head(self, node: Host | None = None) -> str:
        """The tags of the commit in the checkout on the manager, or on another one."""
        return (node or self.manager).exec("git -C shop tag --points-at HEAD")

    def revision(self, node: Host | None = None) -> str:
        """The revision that the database is at, which runs on the manager, or on this node."""
        asked = "docker exec $(docker ps -q -f name=shop_db) psql -At -U jctc_user -d jctc_db -c"
        return (node or self.manager).exec(f"{asked} 'SELECT version_num FROM alembic_version'")

    def database_on(self, host: Host) -> None:
        """Have the database's task run on that node, with the data that it has there."""
        for one in self.hosts:
            self.sh(f"docker node update --label-add database={'here' if one is host else 'not'} {one.name}")
        host.exec("until docker ps -q -f name=shop_db -f health=healthy | grep .; do sleep 0.5; done", timeout=120)

    def left(self) -> str:
        """What is left on the manager of containers and files that a run made."""
        return self.sh("docker ps -aq -f name=fab- -f name=rehearsal; ls /dev/shm; docker service ls -q -f name=fab-")

    def as_deployed(self) -> bool:
        """Whether the bad release runs on all nodes, and no task is being replaced."""
        form = "'{{with .UpdateStatus}}{{.State}}{{end}}'"
        replaced = self.sh(f"docker service inspect -f {form} shop_app shop_agent shop_db").split()
        images = {*self.tasks("app").values(), *self.tasks("agent").values()}
        return "updating" not in replaced and len(images) == 1 and self.answers() == ["500"] * 3

    def settled(self) -> None:
        """Bring the bad release back, as it was deployed, unless a test left it like that."""
        self.sh("cd shop && git checkout -q -f stack && rm -rf .git/fab-rollback /dev/shm/fab-rollback.*")
        if not self.as_deployed():
            self.sh("cd shop && export $(cat .env) && docker stack deploy --detach=true -c docker-stack.yml shop")
            until(self.as_deployed)


def until(holds: Callable[[], bool], seconds: float = 180) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(1)


def address(host: Host) -> str:
    """The host's address among the others."""
    return docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", host.container)


def acquaint(manager: Host, node: Host) -> None:
    """Let the login on the manager reach a node by its hostname, by a key of its own, the host's key verified."""
    manager.exec("[ -f ~/.ssh/id_ed25519 ] || ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519")
    node.exec("cat >>~/.ssh/authorized_keys", stdin=manager.exec("cat ~/.ssh/id_ed25519.pub") + "\n")
    key = node.exec("ssh-keygen -y -f /etc/ssh/ssh_host_ed25519_key", user="root")
    manager.exec("cat >>~/.ssh/known_hosts", stdin=f"{node.name} {key}\n")
    manager.exec(
        "cat >>~/.ssh/config", stdin=f"Host {node.name}\n  HostName {address(node)}\n  HostKeyAlias {node.name}\n"
    )


@pytest.fixture(scope="module")
def three(tmp_path_factory) -> Iterator[Stack]:
    """A swarm of three hosts with the bad release deployed."""
    with joined() as hosts:
        manager, at = hosts[0], address(hosts[0])
        for host in hosts:
            host.exec(KNOW.replace("@registry@", f"{at}:{PORT}"), user="root")
        manager.exec(REGISTRY, user="root")
        made(manager, f"{at}:{PORT}")
        yield Stack(hosts, tmp_path_factory.mktemp("swarm"))


@contextmanager
def joined() -> Iterator[list[Host]]:
    """Three hosts, the first of them the manager of a swarm of all."""
    hosts = [Host.up(f"{NAME}-swarm{n}", Variant(engine="modern", compose="v2")) for n in (1, 2, 3)]
    try:
        manager, at = hosts[0], address(hosts[0])
        manager.exec(f"docker swarm init --advertise-addr {at}", user="root")
        token = manager.exec("docker swarm join-token -q worker", user="root")
        for host in hosts[1:]:
            host.exec(f"docker swarm join --token {token} {at}:2377", user="root")
        yield hosts
    finally:
        for host in hosts:
            host.down()


def made(manager: Host, registry: str, *others: str) -> None:
    """Make the stack on its manager; the nodes named get its images by hand."""
    script = (PROJECT / "tests" / "integration" / "swarm_stack.sh").read_text()
    manager.exec(" ".join(["bash -s", registry, manager.name, *others]), timeout=400, stdin=script)


@pytest.fixture
def stack(three: Stack) -> Stack:
    """The swarm with the bad release on all nodes."""
    three.settled()
    return three


def test_a_bad_release_is_replaced_on_all_nodes_and_brought_back_by_undo_with_the_database_going_on(stack):
    database, bad = stack.tasks("db"), stack.tasks("app")
    ran = stack.operator.fab("code-rollback", "--commit", "v2", "--yes")
    assert ran.code == 0, ran.text
    good = stack.tasks("app")
    assert (stack.head(), stack.answers(), stack.tasks("db")) == ("v2", ["200", "200", "200"], database)
    assert len(good) == len(set(bad) | set(good)) - len(bad) == 3
    assert set(good.values()) == set(stack.tasks("agent").values())
    assert len(stack.tasks("agent")) == 3
    assert all("@sha256:" in image for image in good.values())
    ran = stack.operator.fab("status")
    assert all(f"shop_app.{n}@" in ran.out for n in (1, 2, 3)), ran.text
    assert "done and verified" in ran.out
    ran = stack.operator.fab("undo", "--yes")
    assert ran.code == 0, ran.text
    assert (stack.head(), stack.answers(), stack.tasks("db")) == ("bad", ["500", "500", "500"], database)


def test_what_the_swarm_does_not_start_is_a_failure_with_its_cause_and_undo_leads_back(stack):
    ran = stack.operator.fab("code-rollback", "--commit", "crash", "--yes")
    assert ran.code == 1, ran.text
    assert "app: the swarm's update is paused" in ran.err
    assert "cannot read the plan of the building" in ran.err
    ran = stack.operator.fab("undo", "--yes")
    assert ran.code == 0, ran.text
    assert (stack.head(), stack.answers()) == ("bad", ["500", "500", "500"])


def test_a_run_whose_operator_dies_while_tasks_are_replaced_is_resumed(stack):
    words = stack.operator.command("code-rollback", "--commit", "v2", "--yes")
    running = subprocess.Popen(words, env=stack.operator.environ(), cwd=PROJECT, stdout=subprocess.DEVNULL)
    image = "docker service inspect -f '{{.Spec.TaskTemplate.ContainerSpec.Image}}' shop_app"
    before = stack.sh(image)
    until(lambda: stack.sh(image) != before)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert stack.operator.fab("code-rollback", "--commit", "v2", "--yes").code == 3
    ran = stack.operator.fab("resume", "--yes")
    assert ran.code == 0, ran.text
    assert (stack.head(), stack.answers()) == ("v2", ["200", "200", "200"])
    ran = stack.operator.fab("release.record")
    assert ran.code == 0, ran.text
    said = stack.operator.fab("release.list", "--json").json()[-1]
    assert (said["event"], said["commit"]) == ("good", stack.sh("git -C shop rev-parse v2"))
    assert said["digests"].items() >= {s: next(iter(stack.tasks(s).values())) for s in ("app", "agent")}.items()


def test_what_runs_after_a_checkout_by_hand_is_not_deployed_as_the_commit_s(stack):
    stack.sh("git -C shop checkout -q v2")
    ran = stack.operator.fab("code-rollback", "--commit", "v2", "--yes")
    assert ran.code == 0, ran.text
    assert (stack.head(), stack.answers()) == ("v2", ["200", "200", "200"])
    assert set(stack.tasks("app").values()) == set(stack.tasks("agent").values())


def test_where_the_schema_moves_all_tasks_end_first_and_undo_brings_schema_and_tasks_back(stack):
    database = stack.tasks("db")
    ran = stack.operator.fab("full-rollback", "--commit", "v1", "--yes")
    assert ran.code == 0, ran.text
    assert (stack.head(), stack.answers(), stack.revision(), stack.left()) == ("v1", ["200"] * 3, DOWN, "")
    assert (stack.tasks("db"), len(stack.tasks("app")), len(stack.tasks("agent"))) == (database, 3, 3)
    ran = stack.operator.fab("undo", "--yes")
    assert ran.code == 0, ran.text
    assert (stack.head(), stack.answers(), stack.revision(), stack.left()) == ("bad", ["500"] * 3, UP, "")
    assert (stack.tasks("db"), len(stack.tasks("app")), len(stack.tasks("agent"))) == (database, 3, 3)


def test_the_schema_alone_goes_back_between_a_stop_and_a_start_and_its_snapshot_is_swapped_in_again(stack):
    ran = stack.operator.fab("migration-rollback", "--yes")
    assert ran.code == 0, ran.text
    assert (stack.head(), stack.revision(), len(stack.tasks("app"))) == ("bad", DOWN, 3)
    ran = stack.operator.fab("undo", "--restore-snapshot", "--yes")
    assert ran.code == 0, ran.text
    assert (stack.head(), stack.revision(), len(stack.tasks("app")), stack.left()) == ("bad", UP, 3, "")


def test_a_run_whose_operator_dies_while_all_is_stopped_is_resumed(stack):
    words = stack.operator.command("full-rollback", "--commit", "v1", "--yes")
    running = subprocess.Popen(words, env=stack.operator.environ(), cwd=PROJECT, stdout=subprocess.DEVNULL)
    until(lambda: not stack.tasks("app"))
    running.send_signal(signal.SIGKILL)
    running.wait()
    ran = stack.operator.fab("resume", "--yes")
    assert ran.code == 0, ran.text
    assert (stack.head(), stack.answers(), stack.revision()) == ("v1", ["200"] * 3, DOWN)
    ran = stack.operator.fab("undo", "--yes")
    assert (ran.code, stack.revision()) == (0, UP), ran.text


def test_where_the_downgrade_fails_the_snapshot_comes_back_and_all_tasks_as_they_were(stack):
    stack.operator.folder.joinpath("fails.sql").write_text("SELECT 1 / 0;")
    own = f"{UP}={stack.operator.folder / 'fails.sql'}"
    ran = stack.operator.fab("full-rollback", "--commit", "v1", "--downgrade-sql", own, "--no-rehearse", "--yes")
    assert (ran.code, "division by zero" in ran.text) == (1, True), ran.text
    assert (stack.head(), stack.answers(), stack.revision()) == ("bad", ["500"] * 3, UP)
    assert (len(stack.tasks("app")), len(stack.tasks("agent"))) == (3, 3)


def test_a_drill_goes_the_way_back_on_all_nodes_and_leaves_them_as_they_were(stack):
    fab, database = stack.operator.fab, stack.tasks("db")
    refused = fab("drill", "--interrupt", "test", "--yes")
    assert (refused.code, "a drill starts from an application that is well" in refused.err) == (2, True), refused.text
    for words in ("full-rollback --commit v1", "undo", "full-rollback --commit v2", "backups.create"):
        ran = fab(*words.split(), "--yes")
        assert ran.code == 0, ran.text
        if words.endswith("v1"):
            checked = fab("release.check", "--commit", "v2", "--allow-loss", "--json")
            assert (checked.code, checked.json()["to"], bool(checked.json()["kept"])) == (0, [UP], True), checked.text
    ran = fab("drill", "--interrupt", "test", "--yes", "--json", timeout=600)
    assert ran.code == 0, ran.text
    parts = {part["name"]: part["state"] for part in ran.json()["parts"]}
    assert parts == dict.fromkeys(("rollback", "undo of the rollback", "restore", "undo of the restore"), "proven")
    assert (stack.head(), stack.answers(), stack.revision(), stack.left()) == ("v2", ["200"] * 3, UP, "")
    assert (stack.tasks("db"), len(stack.tasks("app")), len(stack.tasks("agent"))) == (database, 3, 3)
    assert "passed" in fab("drill", "--history").out
    ran = fab("drill", "--beside")
    assert (ran.code, "no copy of a swarm's stack is made" in ran.err) == (2, True), ran.text


REFUSED = {
    "one service": (("code-rollback", "--commit", "v2", "--service", "app"), "a stack is deployed as a whole"),
    "an image that nobody has": (("code-rollback", "--commit", "nowhere"), "cannot be pulled; nothing was stopped"),
    "an image that no registry has, to nodes that SSH does not reach": (
        ("code-rollback", "--commit", "v2", "--image", "app=jctc-app-app:latest"),
        "cannot be reached from the manager",
    ),
    "a task of compose": (("containers.rebuild",), "containers.rebuild does not know the stack of a swarm yet"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_possible_yet_is_refused_before_anything_changes(three, case):
    words, line = REFUSED[case]
    three.settled()
    before = three.tasks("app"), three.tasks("db"), three.head()
    ran = three.operator.fab(*words, "--yes")
    assert (ran.code, line in ran.err) == (2, True), ran.text
    assert (three.tasks("app"), three.tasks("db"), three.head()) == before


def test_a_value_that_nobody_tells_is_refused(three):
    three.settled()
    three.sh("mv shop/.env shop/.env.away && touch shop/.env")
    ran = three.operator.fab("code-rollback", "--commit", "v2", "--yes")
    three.sh("mv shop/.env.away shop/.env")
    assert (ran.code, "finds no value for POSTGRES_PASSWORD" in ran.err) == (2, True), ran.text


def check_out(source: Host, host: Host) -> None:
    """Give a manager the checkout of another one, without what that one knows of runs."""
    packed = source.exec("tar -cz --exclude=shop/.git/fab-rollback shop | base64")
    host.exec("rm -rf shop && base64 -d | tar -xz", stdin=packed)


@pytest.fixture
def two(stack) -> Iterator[Host]:
    """A second manager, which has the checkout too, and the database; the first one lies first in hosts.yaml."""
    other, operator, alone = stack.hosts[1], stack.operator, stack.operator.settings["hosts"]
    check_out(stack.manager, other)
    stack.sh(f"docker node promote {other.name}")
    operator.settings["hosts"] = [*alone, *settings_for(other)["hosts"]]
    operator.write()
    stack.database_on(other)
    app = "$(docker ps -q -f name=shop_app)"
    other.exec(f"docker exec {app} alembic upgrade head")
    yield other
    operator.settings["hosts"] = alone
    operator.write()
    stack.database_on(stack.manager)
    stack.sh(f"docker node demote {other.name}")


def test_the_manager_with_the_database_serves_unless_a_run_on_another_is_not_over(stack, two):
    def told(*words: str, code: int) -> str:
        ran = stack.operator.fab(*words)
        assert ran.code == code, ran.text
        return ran.text

    words = stack.operator.command("full-rollback", "--commit", "v1", "--yes")
    running = subprocess.Popen(words, env=stack.operator.environ(), cwd=PROJECT, stdout=subprocess.DEVNULL)
    until(lambda: not stack.tasks("app"))
    running.send_signal(signal.SIGKILL)
    running.wait()
    stack.database_on(stack.manager)
    held = told("full-rollback", "--commit", "v1", "--yes", code=2)
    carries = f"{two.port} serves: it carries out run "
    assert carries in held and f"{stack.manager.port} has the database's task" in held, held
    stuck = told("resume", "--yes", code=1)
    assert f"shop_db runs on {stack.manager.name}, which cannot be reached" in stuck, stuck
    stack.database_on(two)
    assert carries in told("resume", "--yes", code=0)
    assert (stack.head(), stack.head(two), stack.revision(two), stack.answers()) == ("v1", "v1", DOWN, ["200"] * 3)
    stack.database_on(stack.manager)
    assert "serves" not in told("status", code=0)  # the first one does
    assert "done and verified" in told("runs.show", code=0)
    stack.database_on(two)
    assert f"{two.port} serves: it has the database's task" in told("undo", "--yes", code=0)
    assert (stack.head(), stack.head(two), stack.revision(two)) == ("bad", "bad", UP)
    stack.database_on(stack.manager)
    stack.sh("git -C shop checkout -q v1")
    behind = told("status", code=0)
    assert f"{two.port} serves: it carried out the last run" in behind, behind
    assert "fab -H" in behind and "git.checkout --commit" in behind


def test_a_worker_is_no_manager(three, tmp_path):
    three.hosts[1].exec("git init -q shop")
    elsewhere = Stack([three.hosts[1]], tmp_path)
    ran = elsewhere.operator.fab("code-rollback", "--commit", "v2", "--yes")
    assert (ran.code, "no manager of a swarm" in ran.err) == (2, True), ran.text
