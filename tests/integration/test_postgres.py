"""Copies, swaps and restores on a real PostgreSQL, with a database that has everything awkward in it."""

from __future__ import annotations

import shlex

import pytest

from tasks.preflight.backups.backup_check import Target, obstacles
from tasks.tools.postgres import changes, reads
from tasks.tools.postgres.backup import parse_backup
from tasks.tools.postgres.names import copy_name
from tests.integration.postgres_host import FOLDER, REPORTS, PostgresHost, ident, literal, target

pytestmark = pytest.mark.sandbox
NAME = 'my-app "x" it\'s \\ é'
FORMS = {
    "plain": ("-Fp", "cat"),
    "gzip": ("-Fp", "gzip"),
    "custom": ("-Fc", "cat"),
    "inserts": ("--inserts", "cat"),
    "with-create": ("-C -c --if-exists", "cat"),
    "windows": ("-Fp", "sed 's/$/\\r/'"),
    "clean": ("-c", "cat"),
    "xz": ("-Fp", "xz"),
    "tar": ("-Ft", "cat"),
    "packed-archive": ("-Fc", "gzip"),
    "packed-tar": ("-Ft", "xz"),
}
CUT = ("plain", "gzip", "xz", "custom", "tar", "packed-archive", "packed-tar")
# An extension's files, where the server looks for them.
TIMESCALE = """cd "$(dirname "$(ls /usr/share/postgresql/*/extension/plpgsql.control | head -n 1)")"
cat >timescaledb.control <<'E'
default_version = '1'
schema = public
E
cat >timescaledb--1.sql <<'E'
CREATE TABLE public.told (what text);
CREATE FUNCTION public.timescaledb_pre_restore() RETURNS text LANGUAGE sql AS $$ INSERT INTO public.told
  SELECT 'pre, ' || count(*) || ' tables' FROM pg_tables WHERE tablename = 'texts' RETURNING what $$;
CREATE FUNCTION public.timescaledb_post_restore() RETURNS text LANGUAGE sql AS $$ INSERT INTO public.told
  SELECT 'post, ' || count(*) || ' tables' FROM pg_tables WHERE tablename = 'texts' RETURNING what $$;
E
"""


@pytest.fixture(scope="module")
def awkward(hosts):
    """The awkward database: tests that change it make it anew."""
    box = PostgresHost(hosts(), NAME)
    box.host.exec(f'rm -rf "{FOLDER}"')
    box.create()
    yield box
    box.drop()


@pytest.fixture
def clean(awkward):
    """The awkward database, without copies."""
    server = awkward.server()
    for copy in server.copies:
        awkward.ok(changes.drop_copy(awkward.db, copy.name))
    if server.live is None:
        awkward.create()
    return awkward


@pytest.mark.parametrize("text", ["it's", 'a"b', "back\\slash \\' \\\\", "$$ $1 :x :'x' %s", "é 𝄞 \t\x01"])
def test_the_server_reads_a_name_as_it_was_meant(awkward, text):
    awkward.sql(f"CREATE TABLE public.{ident(text)} AS SELECT 1 AS {ident(text)}, NULL AS other;")
    try:
        assert awkward.ask(reads.values(awkward.db, text, "public", text)) == (1, 1)
        assert awkward.ask(reads.values(awkward.db, text, "", "other")) == (1, 0)
        assert awkward.ask(reads.revisions(awkward.db, "no such", text)) == ()
        assert not awkward.ask(reads.there(awkward.db, text))
    finally:
        awkward.sql(f"DROP TABLE public.{ident(text)};")


def test_what_is_not_there_is_not_counted(awkward):
    assert awkward.ask(reads.optional(reads.values(awkward.db, "texts", "public", "nope"))) is None
    assert awkward.ask(reads.optional(reads.values(awkward.db, "nope"))) is None


def test_the_settings_of_a_database_do_not_keep_an_administrator_from_it(clean):
    name = ident(NAME)
    clean.sql(f"ALTER DATABASE {name} SET statement_timeout = 1;", "postgres")
    clean.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on;", "postgres")
    try:
        assert clean.ask(reads.rows(clean.db))["public.texts"] == 23
        clean.ok(changes.snapshot(clean.db, "set"))
    finally:
        clean.sql(f"ALTER DATABASE {name} RESET ALL;", "postgres")


def test_a_snapshot_is_the_same_database_under_another_name(clean):
    name = clean.db.name
    clean.sql(
        f'ALTER DATABASE {ident(name)} SET search_path TO "$user", public, "Odd Schema";'
        f"ALTER DATABASE {ident(name)} SET work_mem TO '7MB';"
        f"REVOKE ALL ON DATABASE {ident(name)} FROM PUBLIC; GRANT CONNECT ON DATABASE {ident(name)} TO awkward_reader;"
        f"ALTER ROLE awkward_reader IN DATABASE {ident(name)} SET my.setting TO 'a''b';"
    )
    before = clean.dump()
    clean.ok(changes.snapshot(clean.db, "s1"))
    clean.ok(changes.snapshot(clean.db, "s1"))
    snap = copy_name(name, "snap", "s1")
    assert clean.dump(snap) == before
    assert clean.contents(snap) == clean.contents()
    settings = (
        "SELECT setrole, setconfig FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase WHERE datname = "
    )
    assert clean.sql(settings + literal(snap)) == clean.sql(settings + literal(name)) != ""
    grants = "SELECT datacl FROM pg_database WHERE datname = "
    assert clean.sql(grants + literal(snap)) == clean.sql(grants + literal(name))
    (copy,) = clean.server().copies
    assert (copy.copy.kind, copy.open, clean.server().live.open) == ("snap", True, True)
    assert 0 <= copy.age < 60


def test_a_swap_and_the_swap_back_lose_nothing(clean):
    name = clean.db.name
    clean.sql(f"COMMENT ON DATABASE {ident(name)} IS 'our shop';")
    before, oid = clean.contents(), clean.server().live.oid
    clean.ok(changes.snapshot(clean.db, "s2"))
    clean.sql("DELETE FROM public.texts;")
    damaged = clean.contents()
    snap, old = copy_name(name, "snap", "s2"), copy_name(name, "old", "s2")
    clean.ok(changes.swap(clean.db, snap, old))
    clean.ok(changes.swap(clean.db, snap, old))
    assert clean.contents() == before
    assert clean.contents(old) == damaged
    comment = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = "
    assert clean.sql(comment + literal(name)) == "our shop\n"
    clean.ok(changes.swap(clean.db, old, snap))
    assert clean.server().live.oid == oid
    clean.ok(changes.swap(clean.db, snap, old))


@pytest.mark.parametrize("form", FORMS)
def test_a_restored_backup_is_the_database_that_was_dumped(clean, form):
    options, pipe = FORMS[form]
    path = clean.write(f"{clean.dumper(*options.split())} {target(NAME)} | {pipe}", f"b.{form}")
    backup = clean.check(path)
    assert backup.problems == ()
    assert backup.section(NAME).revisions == ("0123abcd",)
    expected = clean.ask(reads.rows(clean.db))
    assert {**expected, **backup.section(NAME).rows} == expected
    ran = clean.restore(backup, form)
    assert (ran.code, ran.err) == (0, ""), ran
    assert "0 unverified" in ran.out
    new = copy_name(NAME, "new", form)
    assert clean.contents(new) == clean.contents()
    assert clean.dump(new) == clean.dump()


def test_a_backup_of_one_schema_is_restored_with_the_extensions_that_its_tables_use(clean):
    clean.sql("CREATE EXTENSION hstore SCHEMA public; CREATE TABLE public.pairs AS SELECT 'a=>1'::public.hstore AS h;")
    for form in ("-Fp", "-Fc"):
        path = clean.write(f"{clean.dumper('-n', 'public', form)} {target(NAME)}", "b.public")
        backup = clean.check(path)
        assert (backup.section(NAME).recreates_public, clean.wanted(backup, "x").by_sql) == (True, form == "-Fc")
        ran = clean.restore(backup, f"public{form}")
        assert (ran.code, ran.err) == (0, ""), ran
        assert clean.sql("SELECT h FROM public.pairs;", copy_name(NAME, "new", f"public{form}")) == '"a"=>"1"\n'
    clean.sql("DROP TABLE public.pairs; DROP EXTENSION hstore;")


def test_timescale_is_told_before_and_after_the_restore(clean):
    """An extension with its name and its two functions: Debian has no package of the real one."""
    clean.host.exec(f"docker exec -u root jctc_db sh -c {shlex.quote(TIMESCALE)}")
    clean.sql("CREATE EXTENSION timescaledb;")
    for form in ("-Fp", "-Fc"):
        backup = clean.check(clean.write(f"{clean.dumper(form)} {target(NAME)}", "b.timescale"))
        ran = clean.restore(backup, f"ts{form}")
        assert (ran.code, ran.err) == (0, ""), ran
        told = clean.sql("SELECT * FROM public.told;", copy_name(NAME, "new", f"ts{form}"))
        assert told == "pre, 0 tables\npost, 1 tables\n"
    clean.sql("DROP EXTENSION timescaledb;")


def test_what_cannot_be_loaded_is_known_before_anything_is_touched(clean):
    def lacks(name: str, command: str) -> str:
        backup = clean.check(clean.write(command, name))
        return "; ".join(obstacles(backup, Target(NAME, 15, "UTF8", frozenset(clean.ask(reads.rows(clean.db))))))

    rows = lacks("rows.sql", f"{clean.dumper('-a')} {target(NAME)}")
    assert "rows alone" in rows and "at revision 0123abcd" in rows
    more = "CREATE EXTENSION no_such; CREATE POLICY p ON t TO nobody_here;"
    edited = lacks("edited.sql", f"{clean.dumper()} {target(NAME)} | sed 's/^CREATE SCHEMA other;/{more} &/'")
    assert "does not offer the extension no_such" in edited
    assert "CREATE ROLE nobody_here first" in edited


def test_a_folder_dump_is_written_checked_and_restored(clean):
    path = f"{FOLDER}/folder"
    clean.ok(clean.write_backup(path))
    backup = clean.check(path)
    assert (backup.kind, backup.checksum, backup.problems) == ("directory", "ok", ())
    assert clean.restore(backup, "folder").code == 0
    assert clean.dump(copy_name(NAME, "new", "folder")) == clean.dump()
    assert clean.host.exec("docker exec jctc_db sh -c 'ls /tmp | grep -c fab-rollback || :'") == "0"


def test_two_checks_of_folders_at_once_do_not_see_each_other(clean):
    whole, broken = f"{FOLDER}/whole", f"{FOLDER}/broken"
    clean.ok(clean.write_backup(whole))
    clean.host.exec(f'cp -r "{whole}" "{broken}" && for f in "{broken}"/*.dat.gz; do : >"$f"; done')
    checks = [f"( {clean.inspection(path)} )" for path in (whole, broken)]
    for _ in range(3):
        found = clean.ok(f'd=$(mktemp -d); {checks[0]} >"$d/1" & {checks[1]}; wait; echo END; cat "$d/1"; rm -r "$d"')
        bad, _end, good = found.partition("END\n")
        assert parse_backup(good, whole).problems == ()
        assert parse_backup(bad, broken).problems


def test_what_a_killed_check_left_in_the_container_goes_with_the_first_check_a_day_later(clean):
    left = "/tmp/fab-rollback-check-left"
    inside = "docker exec jctc_db sh -c"
    clean.host.exec(f"{inside} 'mkdir -p {left}-old/archive {left}-new; touch -d @{10**9} {left}-old'")
    clean.ok(clean.write_backup(f"{FOLDER}/folder"))
    clean.check(f"{FOLDER}/folder")
    assert clean.host.exec(f"{inside} 'ls -d /tmp/fab-rollback*'") == f"{left}-new"
    clean.host.exec(f"{inside} 'rm -r {left}-new'")


def test_one_database_is_taken_out_of_a_dump_of_all(clean):
    path = clean.write("docker exec jctc_db pg_dumpall -U jctc_user", "all.sql")
    backup = clean.check(path)
    assert backup.cluster and backup.forbidden
    assert clean.restore(backup, "all").code == 0
    assert clean.dump(copy_name(NAME, "new", "all")) == clean.dump()


def test_truncated_backups_are_found_and_never_become_a_database(clean):
    for form in CUT:
        path = clean.write(f"{clean.dumper(*FORMS[form][0].split())} {target(NAME)} | {FORMS[form][1]}", f"cut.{form}")
        size = clean.check(path).bytes
        for cut in (
            7,
            size // 3,
            size // 2,
            size - (300 if form == "custom" else 120),
            size // 5 if form in ("plain", "custom") else size - 9,
        ):
            part = clean.write(f'head -c {cut} "{path}"', "part")
            assert clean.check(part).problems, (form, cut)
    assert clean.server().copies == ()


def test_a_backup_whose_rows_do_not_arrive_is_not_verified_and_leaves_nothing(clean):
    edit = "sed 's/^-- Name: texts texts_pkey.*/DELETE FROM public.texts WHERE id = 1;/'"
    path = clean.write(f"{clean.dumper()} {target(NAME)} | {edit}", "b.sql")
    ran = clean.restore(clean.check(path), "tampered")
    assert (ran.code, ran.err) == (1, "table public.texts: 23 rows in the backup, 22 in the database\n")
    assert clean.server().copies == ()


@pytest.mark.parametrize("form", ["custom", "directory"])
@pytest.mark.parametrize("same", [True, False])
def test_the_counts_of_the_check_are_those_of_an_archive_that_is_the_same_to_the_byte(clean, form, same):
    clean.ok(clean.write_backup(f"{clean.folder}/counted", form))
    path = f"{clean.folder}/counted"
    backup = clean.check(path)
    known = f'"$HOME/{REPORTS}/counted".*'
    other = "" if same else "; s/^DIGEST.*/DIGEST\t0000/"
    clean.host.exec(f"sed -i 's/^\\(ROWS.*\t\\).*/\\14711/{other}' {known}")
    ran = clean.restore(backup, "r1")
    clean.host.exec(f"rm -r {shlex.quote(clean.folder)}/counted*")
    assert ran.code == (1 if same else 0), ran
    assert ("4711 rows in the backup" in ran.err) is same


def test_a_backup_of_missing_roles_names_them_and_restores_without_owners(clean):
    edit = 'sed \'s/"awkward role"/"gone role"/; s/awkward_reader/gone_reader/\''
    backup = clean.check(clean.write(f"{clean.dumper()} {target(NAME)} | {edit}", "b.sql"))
    assert backup.missing_roles == ('"gone role"', "gone_reader")
    ran = clean.restore(backup, "r1")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert 'role "gone role" does not exist' in ran.err
    assert clean.restore(backup, "r1", owners=False).code == 0
    assert clean.contents(copy_name(NAME, "new", "r1")) == clean.contents()


def test_in_place_the_name_is_only_ever_taken_by_a_whole_database(clean):
    before, contents = clean.dump(), clean.contents()
    backup = clean.check(clean.write(f"{clean.dumper()} {target(NAME)}", "b.sql"))
    wanted = clean.wanted(backup, "p1")
    drop = changes.drop_live(clean.db, wanted)
    clean.ok(drop)
    clean.ok(drop)
    assert clean.server().live is None
    assert clean.run(changes.restore(clean.db, wanted)).code == 0
    assert clean.server().live is None
    clean.ok(changes.take(clean.db, copy_name(NAME, "new", "p1")))
    clean.ok(changes.take(clean.db, copy_name(NAME, "new", "p1")))
    assert (clean.dump(), clean.contents()) == (before, contents)


def test_in_place_a_database_that_cannot_be_dropped_can_be_mended_and_is_dropped_then(clean):
    before, contents = clean.dump(), clean.contents()
    backup = clean.check(clean.write(f"{clean.dumper()} {target(NAME)}", "b.sql"))
    drop = changes.drop_live(clean.db, clean.wanted(backup, "p2"))
    clean.sql(
        "SET client_min_messages = error; CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false);"
    )
    ran = clean.run(drop)
    assert (ran.code, "subscription" in ran.err, ran.err.count("\n")) == (1, True, 1), ran
    assert clean.server().live.open
    clean.sql("ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s;")
    assert (clean.dump(), clean.contents()) == (before, contents)
    clean.ok(drop)
    assert clean.server().live is None


def test_sessions_are_listed_and_ended_by_a_snapshot(clean):
    hold = "BEGIN; SELECT 'it''s mine';"
    clean.host.exec(
        f"(echo {shlex.quote(hold)}; sleep 60) | docker exec -i jctc_db psql -q -U jctc_user -d "
        f"{target(NAME)} >/dev/null 2>&1 &"
    )
    found = ()
    while not any(session.idle_in_transaction for session in found):
        found = clean.ask(reads.sessions(clean.db))
    (session,) = found
    assert (session.user, session.query) == ("jctc_user", "SELECT 'it''s mine';")
    clean.ok(changes.snapshot(clean.db, "e1"))
    assert clean.ask(reads.sessions(clean.db)) == ()


def test_revisions_are_the_rows_of_a_table_wherever_it_lies(clean):
    def read(table: str, schema: str) -> tuple[str, ...]:
        return clean.ask(reads.revisions(clean.db, table, schema))

    assert read("alembic_version", "public") == ("0123abcd",)
    assert read("alembic_version", "other") == ("not-this-one",)
    assert read("unversioned", "other") == read("owned", "nowhere") == ()


def test_rows_are_counted_in_every_table(clean):
    rows = clean.ask(reads.rows(clean.db))
    assert rows['"Odd Schema"."Order (line)"'] == 300
    assert (rows["other.parent"], rows["other.child"], rows["other.parts_2020"]) == (1, 2, 365)


def test_a_check_leaves_no_trace(clean):
    before = clean.server()
    path = clean.write(f"{clean.dumper('-Fc')} {target(NAME)}", "b.dump")
    assert clean.check(path).database == NAME
    assert clean.server().copies == before.copies
