"""The project's containers and their engine, as the engine describes them."""

from __future__ import annotations

import json

import pytest

from tasks.ssh.shell import Answer
from tasks.tools.compose import inspect
from tests.unit.support.deployment import environment
from tests.unit.support.stage import Stage

STATE = {"Status": "running", "StartedAt": "2024-01-01T00:00:00Z", "ExitCode": 0}


def line(name: str = "/jctc_app", detail: dict = STATE, restart: str = "always") -> str:
    return "\t".join(["id", name, "app", "sha256:1", "img:2", "4", "proj", restart, json.dumps(detail)])


def read(*lines: str) -> list[inspect.Container]:
    return inspect.containers(environment()).read({"": Answer("\n".join(lines), "", 0)})


def test_a_container_is_read_with_or_without_a_health_check():
    [plain] = read(line())
    assert (plain.name, plain.service, plain.image, plain.restarts) == ("jctc_app", "app", "sha256:1", 4)
    assert plain.running
    [sick] = read(line(detail={**STATE, "Health": {"Status": "unhealthy"}}))
    assert not sick.running
    [gone] = read(line(detail={**STATE, "Status": "restarting"}))
    assert not gone.running


@pytest.mark.parametrize(
    ("restart", "code", "ended"), [("no", 0, True), ("on-failure", 0, True), ("no", 1, False), ("always", 0, False)]
)
def test_a_container_that_ended_well_and_is_not_meant_to_start_again_has_ended(restart, code, ended):
    [found] = read(line(detail={**STATE, "Status": "exited", "ExitCode": code}, restart=restart))
    assert found.ended is ended


def test_a_health_check_that_prints_tabs_does_not_hide_a_container():
    detail = {**STATE, "Health": {"Status": "healthy", "Log": [{"Output": "a\tb\nc"}]}}
    assert len(read(line(detail=detail), line("/b"))) == 2


def test_an_engine_that_does_not_answer_has_no_version():
    assert inspect.engine().read({"": Answer("20.10\n", "", 0)}) == "20.10"
    assert inspect.engine().read({"": Answer("20", "no answer", 124)}) == ""


def test_free_space_is_told_by_mount_in_bytes():
    said = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/a 9 1 8 1% /\n/dev/b 9 1 3 1% /data\n"
    assert inspect.parse_free(said) == {"/": 8192, "/data": 3072}


def test_image_ids_are_asked_for_by_service_and_one_that_is_missing_is_empty():
    probe = inspect.image_ids({"api": "app:good", "web": "w'eb:good"})
    with Stage(docker='shift 4; for one; do [ "$one" = app:good ] || { echo; exit 1; }; echo sha256:1; done') as stage:
        done = stage.run(probe.commands[""])
        assert probe.read({"": Answer(done.stdout, "", 0)}) == {"api": "sha256:1", "web": ""}
        assert stage.run(inspect.image_ids({}).commands[""]).stdout == ""


def test_images_are_measured_as_far_as_they_are_there():
    with Stage(docker="echo sha256:1 2000; exit 1") as stage:
        ran = stage.run(inspect.image_sizes(["sha256:1", "sha256:2"]).commands[""])
    assert inspect.image_sizes(["x"]).read({"": Answer(ran.stdout, "", 1)}) == {"sha256:1": 2000}
    assert inspect.image_sizes([]).commands[""] == ":"


def test_an_engine_that_hangs_is_said_not_to_answer():
    with Stage(docker="exit 124") as stage:
        done = stage.run(inspect.engine().commands[""])
        assert (done.returncode, done.stderr) == (1, "no answer in 10 s: is the docker daemon running?\n")


def test_where_the_engine_keeps_its_data_elsewhere_the_root_is_measured():
    with Stage(docker="echo /no/such/folder") as stage:
        (stage.home / "app").mkdir()
        done = stage.run(inspect.free(environment()).commands[""])
        assert done.returncode == 0
        assert inspect.parse_free(done.stdout)


def test_only_volumes_without_a_name_are_unnamed():
    out = f"/c_db {'a' * 64} /var/lib/postgresql/data\n/c_db cafe /data\n/c_web {'A' * 64} /x\n"
    assert inspect.parse_unnamed(out) == ["c_db:/var/lib/postgresql/data"]
