"""What containers were made with, as the host tells it."""

from __future__ import annotations

import json

import pytest

from tasks.ssh.shell import Answer
from tasks.tools.compose import made
from tasks.tools.compose.made import hashed
from tests.unit.support.deployment import environment
from tests.unit.support.stage import Stage, ps

ABOUT = {
    "project": "app",
    "service": "api",
    "image": "app_api",
    "id": "sha256:then",
    "version": "1.29.2",
    "ports": None,
    "mounts": [],
    "networks": {"app_default": {}},
}
VALUE = 'a=b "quoted" \\ ünd $x\nsecond'
OWN = f'env {json.dumps(f"KEY={VALUE}", ensure_ascii=False)}\nenv "NONE"\ncommand null\nentrypoint ["a","b c"]\n'
ENGINE = f"""
case "$*" in
  ps*) {ps("one api", "two db")} ;;
  *config-hash*) printf 'old\\tone\\t\\tapi\\nsame\\ttwo\\t\\tdb\\n' ;;
  *HostConfig*) cat <<'A'
container {json.dumps(ABOUT)}
A
  ;;
  "image inspect"*.Id*) echo sha256:now ;;
  *Config.Env*) cat <<'A'
{OWN}
A
  ;;
  *Created*) date -u +%Y-%m-%dT%H:%M:%S.123456789Z -d "@$(($(date +%s) + AFTER))" ;;
  *) echo sha256:then ;;
esac
"""
COMPOSE = """
case "$*" in
  *--hash*) printf 'api new\\ndb %s\\n' "${HASH:-same}" ;;
  *version*) echo 1.29.2 ;;
  *) echo 'services: {api: {environment: {KEY: "a$$b"}}}' ;;
esac
"""


def asked(compose: str = COMPOSE, after: int = 0, files: tuple[str, ...] = ()) -> tuple[made.Otherwise, str]:
    """Return what the host tells, and its words; `after` seconds after its `files` were written containers are made."""
    probe = made.probe(environment())
    with Stage(**{"docker": ENGINE.replace("AFTER", str(after)), "docker-compose": compose}) as stage:
        (stage.home / "app").mkdir()
        for file in files:
            (stage.home / "app" / file).touch()
        done = stage.run(probe.commands[""])
    return probe.read({"": Answer(done.stdout, done.stderr, done.returncode)}), done.stdout


def test_what_compose_would_make_otherwise_is_told_without_its_values():
    found, words = asked()
    assert [one.service for one in found.containers] == ["api"]
    [one] = found.containers
    assert (one.image, one.now, one.networks) == ("app_api", "sha256:now", {"app_default": {}})
    secret = {"env KEY": hashed(f"KEY={VALUE}"), "command": hashed(None), "entrypoint": hashed(["a", "b c"])}
    assert (one.own, one.given) == (secret, secret)
    assert "quoted" not in words
    assert found.config["services"]["api"]["environment"] == {"KEY": "a$b"}
    assert (found.version, len(found.folders)) == ("1.29.2", 2)


@pytest.mark.parametrize(("after", "later"), [(3600, True), (-3600, False)])
def test_what_was_made_since_the_files_changed_is_told_from_what_was_made_before(after, later):
    files = ("docker-compose.yml", ".env")
    assert asked(after=after, files=files)[0].containers[0].later == later
    assert not asked(after=after, files=files[:1])[0].containers[0].later, "nobody knows what a file said that is gone"


def test_where_every_hash_is_the_same_nothing_is_told():
    assert asked(COMPOSE.replace("api new", "api old")) == (made.Otherwise(), "")
    assert asked(COMPOSE.replace("api new", "other new")) == (made.Otherwise(), "")


def test_services_of_profiles_that_nobody_enables_any_more_are_compared_as_well():
    without = "*'--profile *'*--hash*) echo 'api new' ;;\n  *--hash*) ;;\n  *never*)"
    assert [one.service for one in asked(COMPOSE.replace("*--hash*)", without))[0].containers] == ["api"]


def test_what_cannot_be_told_is_a_problem():
    assert asked("echo 'no such key' >&2; exit 1")[0].problem == "no such key"


def test_a_hash_that_only_lacks_what_env_file_says_is_the_same():
    resolved = '*"-f - config --hash"*) grep -q KEY && echo "api old" ;;\n  *--hash*)'
    assert asked(COMPOSE.replace("*--hash*)", resolved)) == (made.Otherwise(), "")
