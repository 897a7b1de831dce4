"""Backups that were cut or hit by a flipped bit, and an emergency restore whose client dies at every step."""

from __future__ import annotations

import base64
import random
import signal

import pytest

pytestmark = [pytest.mark.sandbox, pytest.mark.fault]

DUMP = "docker exec jctc_db pg_dump -U jctc_user -d jctc_db"
STEPS = {
    "beside": ("stop", "restore", "swap", "start"),
    "in place": ("stop", "dump", "drop", "restore", "take", "start"),
}
SEED, CUTS, FLIPS = 20240401, 10, 10  # by whole commands; many more are read in integration/test_damage.py
CHECK = """
SELECT count(*) || ' ' || md5(string_agg(c::text, ',' ORDER BY id)) FROM cases c;
"""


@pytest.fixture
def scene(stage):
    """The stage as it was deployed, and put back afterwards: other faults are to find it like that."""
    stage.host.reset()
    yield stage
    stage.clear()


@pytest.mark.parametrize(
    ("way", "moment"),
    [
        pytest.param("beside", "after"),
        pytest.param("beside", "before", marks=pytest.mark.long),
        pytest.param("in place", "after", marks=pytest.mark.long),
        pytest.param("in place", "before", marks=pytest.mark.long),
    ],
)
@pytest.mark.long
def test_an_emergency_restore_whose_client_dies_at_every_step_is_resumed_to_its_end(scene, way, moment):
    scene.host.exec(f"{DUMP} > backups/before.sql")
    content = scene.operator.sql(CHECK)
    scene.operator.sql("DELETE FROM cases WHERE id % 2 = 0")
    damaged = scene.operator.sql(CHECK)
    words = ["emergency-restore", "--file", "before.sql", "--no-health", *(["--in-place"] if way == "in place" else [])]
    for step in STEPS[way]:
        ran = scene.start(*words, "--yes", CUT=f"{moment}:{step}:{int(signal.SIGKILL)}").end()
        assert ran.code == -signal.SIGKILL, (step, ran.text)
        words = ["resume"]
    scene.must(scene.resume())
    assert scene.operator.sql(CHECK) == content
    assert "jctc_app" in scene.operator.containers()
    if way == "beside":
        scene.must(scene.operator.fab("undo", "--yes"))
        assert scene.operator.sql(CHECK) == damaged
        scene.must(scene.operator.fab("undo", "--yes"))
        assert scene.operator.sql(CHECK) == content
    scene.must(scene.operator.fab("backups.prune", "--yes"))


@pytest.mark.long
@pytest.mark.parametrize("form", ["-Fp", "-Fc", "-Fp | xz", "-Fc | gzip", "-Ft"])
def test_no_part_of_a_cut_backup_ever_takes_the_live_name(scene, form):
    """Refused before anything is touched: exit code 2, the same database under the same name."""
    chance, whole = random.Random(SEED), "backups/whole"
    scene.host.exec(f"{DUMP} {form} > {whole}")
    size, before = int(scene.host.exec(f"wc -c < {whole}")), _live(scene)
    for _ in range(CUTS):
        cut = chance.randrange(size - 40)
        scene.host.exec(f"head -c {cut} {whole} > backups/part")
        ran = scene.operator.fab("backups.restore", "--file", "part", "--yes")
        assert ran.code == 2, (cut, ran.text)
        assert _live(scene) == before, cut


@pytest.mark.long
@pytest.mark.parametrize("checksum", [True, False])
def test_a_flipped_bit_is_refused_or_said_to_be_unverified(scene, checksum):
    chance, whole = random.Random(SEED), "backups/whole"
    scene.host.exec(f"{DUMP} -Fc > {whole}")
    content = scene.host.exec(f"base64 -w0 {whole}")
    data = base64.b64decode(content)
    for _ in range(FLIPS):
        at, bit = chance.randrange(len(data)), chance.randrange(8)
        flipped = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
        scene.host.exec("cat > backups/part; rm -f backups/part.sha256", stdin=flipped)
        if checksum:
            scene.host.exec(f"sha256sum < {whole} > backups/part.sha256")
        before = _live(scene)
        ran = scene.operator.fab("backups.restore", "--file", "part", "--yes")
        if checksum or ran.code:
            assert (ran.code, _live(scene)) == (2, before), (at, bit, ran.text)
        else:
            assert "unverified" in ran.out, (at, bit, ran.text)
            scene.must(scene.operator.fab("undo", "--yes"))
            assert _live(scene)[0] == before[0]
            scene.must(scene.operator.fab("backups.prune", "--yes"))


def _live(stage) -> tuple[str, str]:
    """The content of the live database, and which database it is."""
    oid = "SELECT oid FROM pg_database WHERE datname = 'jctc_db'"
    return stage.operator.sql(CHECK), stage.operator.sql(oid)
