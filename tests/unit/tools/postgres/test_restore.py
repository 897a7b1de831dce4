"""What may be restored at all, and what every restore script does before it touches anything."""

from dataclasses import replace

import pytest

from tasks.tools.postgres.backup import Backup, Forbidden, Section
from tasks.tools.postgres.changes import Restore, drop_live, load_same, restore
from tasks.tools.postgres.psql import Database
from tests.unit.tools.postgres.conftest import seen

SHOP = Database("db", 'my-app "x" it\'s', "owner")
GOOD = Backup("/b.sql", "plain", 6, 1, "none", complete=True, uncompressed=1000, sections=(Section(bytes=1000),))
WHOLE = "--\n-- PostgreSQL database dump\n--\n--\n-- PostgreSQL database dump complete\n--\n"
BUILDERS = [restore, drop_live]


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize(
    "bad",
    [
        replace(GOOD, complete=False),
        replace(GOOD, readable=False),
        replace(GOOD, checksum="bad"),
        replace(GOOD, kind="unknown"),
        replace(GOOD, cluster=True),
        replace(GOOD, forbidden=(Forbidden(3, "DROP DATABASE x"),)),
    ],
)
def test_a_bad_backup_has_no_restore_script(build, bad):
    with pytest.raises(ValueError):
        build(SHOP, Restore(bad, "r1", "/work"))


@pytest.mark.parametrize("build", BUILDERS)
def test_one_database_of_a_cluster_can_be_chosen(build):
    cluster = replace(GOOD, cluster=True, forbidden=(Forbidden(3, "CREATE ROLE x"),))
    assert "SECTION=shop " in build(SHOP, Restore(cluster, "r1", "/work", Section(raw="shop", bytes=5)))


@pytest.mark.parametrize("build", BUILDERS)
def test_a_file_that_changed_since_it_was_checked_is_refused(build, engine, tmp_path):
    (tmp_path / "b.sql").write_text("changed")
    changed = replace(GOOD, path=str(tmp_path / "b.sql"))
    ran = engine.run(build(SHOP, Restore(changed, "r1", str(tmp_path / "w"))))
    assert (ran.code, engine.calls) == (2, 0)
    assert "changed since" in ran.err


def test_what_was_restored_and_verified_is_not_restored_again(engine, tmp_path):
    (tmp_path / "b.sql").write_text("--dump")
    same = replace(GOOD, path=str(tmp_path / "b.sql"))
    ran = engine.run(restore(SHOP, Restore(same, "r1", str(tmp_path / "w"))), seen(copy=1, verified=1))
    assert (ran.code, engine.calls) == (0, 1)


# What follows \\echo in what psql was fed is what it prints.
OUT = """cat "$FAKE/$n.out"; sed -n 's/^\\\\echo //p' "$FAKE/$n.asked\""""


@pytest.fixture
def load(engine, tmp_path):
    """Restore a plain backup of TEXT with a psql that does nothing but what it is told to echo."""
    docker = engine.folder / "docker"
    docker.write_text(docker.read_text().replace('cat "$FAKE/$n.out"', OUT))

    def run(text=WHOLE, build=restore, **options):
        path = tmp_path / "b.sql"
        path.write_text(text)
        backup = replace(GOOD, path=str(path), bytes=len(text))
        wanted = Restore(backup, "r1", str(tmp_path / "w"), **options)
        return engine.run(build(SHOP, wanted), seen(live=int(build is load_same)), *[""] * 10)

    return run


def test_commit_is_sent_only_after_the_last_byte_and_proven_by_the_nonce(load, engine):
    ran = load()
    assert (ran.code, ran.err) == (0, "")
    asked = engine.asked(6).splitlines()
    assert asked[1] == "BEGIN;"
    assert asked[-2] == "COMMIT;"
    assert asked[-1].startswith("\\echo RESTORE_OK_")
    assert "VERIFIED 0 tables 0 rows 0 unverified" in ran.out


def test_a_cut_file_is_never_committed_and_the_copy_is_dropped(load, engine):
    ran = load(WHOLE[:40])
    assert (ran.code, ran.err) == (1, "the backup could not be loaded: \n")
    assert "COMMIT;" not in engine.asked(6)
    assert "DROP DATABASE IF EXISTS" in engine.asked(7)


@pytest.mark.parametrize(("build", "call"), [(restore, 6), (load_same, 3)])
def test_timescale_is_told_before_and_after_in_the_transaction_of_the_load(load, engine, build, call):
    assert load(build=build, section=Section(bytes=1000, extensions=("timescaledb",))).code == 0
    said = engine.asked(call).splitlines()
    before, after = (
        next(n for n, line in enumerate(said) if f"timescaledb_{when}_restore" in line) for when in ("pre", "post")
    )
    assert said.index("BEGIN;") < before < said.index(WHOLE.splitlines()[1]) < after < said.index("COMMIT;")


def test_owners_are_kept_unless_told_otherwise(load, engine):
    text = WHOLE.replace("--\n--\n", "--\n\nALTER TABLE t OWNER TO me;\n\n--\n", 1)
    assert load(text).code == 0
    assert "OWNER TO me" in engine.asked(6)
    assert load(text, owners=False).code == 0
    assert "OWNER TO me" not in engine.asked(6)


@pytest.fixture
def drop(engine, tmp_path):
    """Run the drop of a database whose backup is WHOLE, up to the drop itself, which is answered with ANSWERS."""

    def run(*answers):
        (tmp_path / "b.sql").write_text(WHOLE)
        whole = replace(GOOD, path=str(tmp_path / "b.sql"), bytes=len(WHOLE))
        wanted = Restore(whole, "r1", str(tmp_path / "w"))
        return engine.run(drop_live(SHOP, wanted), seen(), "", "", *answers)

    return run


def test_a_drop_that_fails_allows_connections_again(drop, engine):
    ran = drop(("ERROR:  used by a subscription\n", 3), "", "")
    assert (ran.code, ran.err) == (1, "the live database could not be dropped: ERROR:  used by a subscription\n")
    assert "DROP DATABASE" in engine.asked(4)
    assert "ALLOW_CONNECTIONS true" in engine.asked(5)


def test_a_database_that_cannot_be_opened_again_is_told_and_the_container_is_tidied(engine, tmp_path):
    (tmp_path / "b").write_text("PGDMP")
    archive = replace(GOOD, kind="custom", path=str(tmp_path / "b"), bytes=5)
    room = "x\na 1 1 9000000 1% /tmp\n"
    failed = ("ERROR:  no\n", 3), ("FATAL:  down\n", 2)
    script = drop_live(SHOP, Restore(archive, "r1", str(tmp_path / "w")))
    ran = engine.run(script, seen(), room, "", WHOLE, "", "", *failed, "")
    assert (ran.code, ran.err.splitlines()[1]) == (1, "connections may still be refused: FATAL:  down")
    assert "rm -rf /tmp/fab-rollback-r1" in engine.asked(9)


def test_a_database_that_was_dropped_is_not_opened(drop, engine):
    ran = drop("", seen(live=0))
    assert (ran.code, ran.err, engine.calls) == (0, "", 5)
    assert not any("ALLOW_CONNECTIONS true" in engine.asked(call) for call in range(1, 6))


def test_a_damaged_file_is_found_before_the_live_database_is_dropped(engine, tmp_path):
    (tmp_path / "b.sql").write_text("--dump")
    same = replace(GOOD, path=str(tmp_path / "b.sql"))
    ran = engine.run(drop_live(SHOP, Restore(same, "r1", str(tmp_path / "w"))), seen(), "")
    assert (ran.code, ran.err) == (2, "the backup is damaged or cut off: nothing was dropped\n")
    assert not any("DROP" in engine.asked(call) for call in range(1, engine.calls + 1))
