"""Backups on a real host: what is written is what is restored, and what is damaged never is."""

from __future__ import annotations

import random
import re
import shlex

import pytest

from sandbox.shell import SandboxError
from tasks.tools.postgres.names import copy_name
from tests.integration.postgres_host import PostgresHost, ident, target
from tests.operator import Operator

pytestmark = pytest.mark.sandbox
NAME = 'my-app "x" it\'s \\ é'
FOLDER = "backups of odd things"
SEED = 20240401
SEAL = "openssl enc -aes-256-cbc -pbkdf2 -pass file:key"


@pytest.fixture(scope="module")
def awkward(hosts, changed, tmp_path_factory):
    """An operator whose database has everything awkward in it, and a look at that database past SSH."""
    box = PostgresHost(hosts(), NAME)
    if box.host.name in changed:  # now, not when the next test asks for the ordinary operator
        box.host.reset()
        changed.discard(box.host.name)
    box.create()
    database = {"name": NAME, "backups": FOLDER}
    yield Operator(box.host, tmp_path_factory.mktemp("awkward"), database=database), box
    box.drop()
    box.host.exec(f'rm -rf "{FOLDER}"')
    changed.add(box.host.name)  # the runs of its restores are in the journal of the ordinary deployment


def made(operator: Operator, *words: str) -> str:
    """Type `backups.create`, and return the path of the backup."""
    ran = operator.fab("backups.create", *words, "--yes")
    assert ran.code == 0, ran.text
    return re.search(r"^backups.create: .* → (.*)$", ran.out, re.MULTILINE)[1]


def put(operator: Operator, name: str, command: str, checksum: bool = False) -> str:
    """Write what COMMAND prints into the folder of the backups, and return the path."""
    path = f"backups/{name}"
    operator.host.exec(f'set +o pipefail; rm -rf "{path}" "{path}.sha256"; {{ {command}; }} > "{path}"')
    if checksum:
        operator.host.exec(f'cd backups; sha256sum "{name}" > "{name}.sha256"')
    return path


LONG = [pytest.param(form, marks=pytest.mark.long) for form in ("plain", "gz", "zst", "directory")]


@pytest.mark.parametrize("form", ["custom", *LONG])
def test_what_was_dumped_in_any_format_is_what_is_there_after_the_restore(awkward, form):
    operator, box = awkward
    if form == "zst":
        try:
            box.host.exec("command -v zstd || apt-get install -yq zstd", user="root", timeout=120)
        except SandboxError:
            pytest.skip("zstd cannot be installed here")
    before, contents = box.dump(), box.contents()
    path = made(operator, "--format", form)
    assert box.host.exec(f'stat -c %a "{path}"') == ("700" if form == "directory" else "600")
    assert box.host.exec(f'ls "{path}.sha256"')
    box.sql("DELETE FROM public.texts; CREATE TABLE public.since (a int);")
    ran = operator.fab("backups.restore", "--file", path, "--yes")
    assert ran.code == 0, ran.text
    assert "public.texts: the backup has 23 rows that the live database does not" in ran.out
    assert "public.since: the live database has it" in ran.out
    assert (box.dump(), box.contents()) == (before, contents)
    (old,) = [copy.name for copy in box.server().copies]
    assert box.sql("SELECT count(*) FROM public.texts;", old) == "0\n"
    box.sql(f'DROP DATABASE "{old.replace(chr(34), chr(34) * 2)}";', "postgres")


def test_a_backup_is_described_before_it_is_needed(awkward):
    operator, _box = awkward
    path = made(operator)
    ran = operator.fab("backups.check", "--file", "latest", "--json")
    assert ran.code == 0, ran.text
    said = ran.json()
    assert (said["path"], said["database"], said["revision"], said["checksum"]) == (path, NAME, ["0123abcd"], "ok")
    assert said["rows"]['"Odd Schema"."Order (line)"'] == 300
    newest = operator.fab("backups.list", "--json").json()[0]
    assert (newest["verified"], newest["revision"], newest["format"]) == (True, ["0123abcd"], "custom")


@pytest.mark.long
def test_one_database_is_taken_out_of_a_dump_of_all(awkward):
    operator, box = awkward
    before = box.dump()
    box.host.exec(f'docker exec jctc_db pg_dumpall -U jctc_user > "{FOLDER}/all.sql"')
    box.sql("DELETE FROM public.texts;")
    ran = operator.fab("backups.restore", "--file", "all.sql", "--yes")
    assert ran.code == 0, ran.text
    assert box.dump() == before
    assert operator.fab("undo", "--yes").code == 0
    assert box.sql("SELECT count(*) FROM public.texts;") == "0\n"
    box.create()


def test_a_local_backup_is_brought_over_whole_and_taken_up_where_it_was_cut(awkward, tmp_path):
    operator, box = awkward
    before = box.dump()
    local = tmp_path / "it's local.sql"
    local.write_text(before)
    inside = f'"{FOLDER}/it\'s local.sql"'
    ran = operator.fab("backups.restore", "--file", f"local:{local}", "--plan")
    assert ran.code == 2
    assert "--plan changes nothing" in ran.err
    box.host.exec(f'mkdir -p "{FOLDER}"; cat > {inside}.part', stdin=local.read_bytes()[:100_000])
    ran = operator.fab("backups.restore", "--file", f"local:{local}", "--yes")
    assert ran.code == 0, ran.text
    assert "from byte 100000 on" in ran.out
    assert box.host.exec(f"stat -c %a {inside}; ls {inside}.part 2>&1 || :").startswith("600\nls: cannot access")
    assert box.dump() == before
    again = operator.fab("backups.check", "--file", f"local:{local}")
    assert again.code == 0, again.text
    assert "uploading" not in again.out
    local.write_text(before + "\n")
    ran = operator.fab("backups.restore", "--file", f"local:{local}", "--yes")
    assert ran.code == 2
    assert "is another file" in ran.err
    ran = operator.fab("backups.restore", "--file", f"local:{__file__}", "--yes")
    assert (ran.code, "does not begin as a dump" in ran.err) == (2, True)


LAYOUT = """mkdir -p boxes/last boxes/daily boxes/weekly; cd boxes
{dump} | gzip > last/jctc_db-20240102-030405.sql.gz
ln -f last/jctc_db-20240102-030405.sql.gz daily/jctc_db-20240102.sql.gz
ln -f last/jctc_db-20240102-030405.sql.gz weekly/jctc_db-202401.sql.gz
ln -sf jctc_db-20240102-030405.sql.gz last/jctc_db-latest.sql.gz
{dump} -Fc > pgsql_jctc_db_db_20240103-000000.dump
md5sum pgsql_jctc_db_db_20240103-000000.dump > pgsql_jctc_db_db_20240103-000000.dump.md5
{dump} | sed 's/public.cases/public.posts/g' > other_20240105-000000.sql
docker exec jctc_db pg_dumpall -U jctc_user -g > pgsql_globals_db_20240104-000000.sql
docker run --rm -v $PWD:/b --entrypoint sh postgres:15 -c 'echo x >/b/jctc_db-20240106-000000.sql; chmod 0 /b/*06-*'
touch -d 2020-01-01 *.dump"""


def test_what_backup_containers_write_is_found_once_and_latest_is_of_this_database(operator):
    operator.host.exec(LAYOUT.format(dump=DUMP))
    operator.settings["database"]["backups"] = {"folder": "boxes", "max_age": "26h"}
    operator.write()
    before = operator.world()
    listed = [one["path"] for one in operator.fab("backups.list", "--json").json()]
    assert listed == [
        "boxes/jctc_db-20240106-000000.sql",
        "boxes/other_20240105-000000.sql",
        "boxes/pgsql_jctc_db_db_20240103-000000.dump",
        "boxes/last/jctc_db-20240102-030405.sql.gz",
    ]
    ran = operator.fab("backups.check", "--file", "latest", "--json")
    assert (ran.code, ran.json()["path"], ran.json()["checksum"]) == (0, listed[2], "ok"), ran.text
    assert "the newest of 2 that are of jctc_db" in ran.err
    assert "it belongs to root: sudo setfacl" in ran.err
    assert "says of no database" in ran.err
    operator.host.exec("printf x | dd of=boxes/pgsql_jctc_db_db_20240103-000000.dump bs=1 seek=5000 conv=notrunc")
    assert "its md5 is not the one" in operator.fab("backups.restore", "--file", "latest", "--yes").err
    assert operator.fab("backups.restore", "--file", "boxes/last/jctc_db-latest.sql.gz", "--plan").code == 0
    assert "older than 26h" in operator.fab("status").out
    assert operator.world() == before
    operator.host.exec("rm -rf boxes", user="root")


@pytest.mark.long
def test_what_is_sealed_or_lies_elsewhere_is_read_by_the_configured_commands(awkward):
    operator, box = awkward
    before = box.dump()
    folder, home = "elsewhere of mine", operator.settings["database"]
    box.host.exec(f'mkdir -p "{folder}"; printf 0123456789 > key')
    box.host.exec(f"{box.dumper('-Fc')} {target(NAME)} | {SEAL} > '{folder}/my dump 1.enc'")
    box.host.exec(f"cd '{folder}'; touch -d '2024-01-01 00:00:00Z' *; md5sum *.enc > 'my dump 1.enc.md5'")
    operator.settings["database"] = {
        **home,
        "backups": {
            "folder": FOLDER,
            "list": f"cd '{folder}'; find . -type f -printf '%TY-%Tm-%Td %TH:%TM:%TS %s %P\\n'",
            "fetch": f"cat '{folder}'/\"$1\"",
            "decrypt": f"{SEAL} -d",
        },
    }
    operator.write()
    try:
        assert "fetch:my dump 1.enc" in [one["path"] for one in operator.fab("backups.list", "--json").json()]
        box.sql("DELETE FROM public.texts;")
        ran = operator.fab("backups.restore", "--file", "my dump 1.enc", "--from-database", NAME, "--yes")
        assert ran.code == 0, ran.text
        assert box.dump() == before
        ran = operator.fab("backups.check", "--file", "fetch:my dump 1.enc", "--json")
        assert (ran.json()["kind"], ran.json()["packed"]) == ("custom", ["openssl"])
    finally:
        operator.settings["database"] = home
        operator.write()


@pytest.mark.long
def test_prune_leaves_the_newest_the_last_copy_and_what_others_wrote(awkward):
    operator, box = awkward
    paths = {made(operator), made(operator, "--format", "gz")}
    for run in ("1", "2"):
        box.sql(f"CREATE DATABASE {ident(copy_name(NAME, 'old', run))};", "postgres")
    foreign = box.host.exec(f'cd "{FOLDER}"; touch by-hand.dump; ls | grep -v "_2"')
    assert operator.fab("backups.prune", "--keep", "1").code == 2
    ran = operator.fab("backups.prune", "--keep", "1", "--yes")
    assert ran.code == 0, ran.text
    left = box.host.exec(f'cd "{FOLDER}"; ls | grep -v sha256').splitlines()
    assert len([name for name in left if f"{FOLDER}/{name}" in paths]) == 1
    assert set(foreign.splitlines()) <= {*left, *box.host.exec(f'cd "{FOLDER}"; ls').splitlines()}
    assert len(box.server().copies) == 1
    assert "Nothing to remove" in operator.fab("backups.prune", "--keep", "1", "--yes").out


DUMP = "docker exec jctc_db pg_dump -U jctc_user -d jctc_db"
BAD = {
    "empty": (":", "an empty file"),
    "text": ("echo hello", "does not begin as pg_dump"),
    "cut": (f"{DUMP} | head -c 20000", "cut off"),
    "cut-custom": (f"{DUMP} -Fc | head -c 9000", "cut off|damaged|could not"),
    "cut-gzip": (f"{DUMP} | gzip | head -c 9000", "cut off|damaged"),
    "utf-16": (f"{DUMP} | iconv -t UTF-16", "UTF-16"),
    "another-database": ("docker exec jctc_db pg_dump -U jctc_user -C -d template1", "template1, not jctc_db"),
    "newer-custom": (f"{DUMP} -Fc | sed '1s/^PGDMP\\x01\\x0e/PGDMP\\x01\\x63/'", "unsupported version"),
    "newer": (f"{DUMP} | sed 's/^-- Dumped from database version .*/-- Dumped from database version 19.1/'", "19"),
    "ascii": (f"{DUMP} | sed \"s/^SET client_encoding = .*/SET client_encoding = 'SQL_ASCII';/\"", "SQL_ASCII"),
    "dropping": (f"{DUMP}; echo 'DROP DATABASE jctc_db;'", "DROP DATABASE|last line"),
    "tables-of-another": (f"{DUMP} | sed 's/public\\.cases/public.posts/g'", "no table in common"),
}


def test_a_backup_is_restored_on_trial_into_a_server_of_its_own_and_nothing_is_left(operator):
    before = operator.world()
    look = "docker ps -aq | wc -l; docker volume ls -q | wc -l; ls .git/fab-rollback 2>/dev/null || :"
    left = operator.host.exec(look)
    path = put(operator, "trial.sql", DUMP)
    operator.settings["database"]["checks"] = ["SELECT count(*) > 0 FROM cases", "SELECT count(*) FROM alembic_version"]
    operator.write()
    ran = operator.fab("backups.check", "--file", path, "--restore", "--json")
    assert ran.code == 0, ran.text
    assert [one["answer"] for one in ran.json()["asked"]] == ["t", "1"]
    (listed,) = [one for one in operator.fab("backups.list", "--json").json() if one["path"] == path]
    assert "restored on trial, 20" in listed["verdict"]
    operator.settings["database"]["checks"] = ["SELECT count(*) FROM cases WHERE id < 0", "SELECT no_such"]
    operator.write()
    ran = operator.fab("backups.check", "--file", path, "--restore")
    assert (ran.code, "cases WHERE id < 0: 0" in ran.err, "no_such" in ran.err) == (1, True, True), ran.text
    edit = "sed 's/^ALTER TABLE ONLY public.cases$/DELETE FROM public.cases WHERE id = 1; &/'"
    ran = operator.fab("backups.check", "--file", put(operator, "tampered.sql", f"{DUMP} | {edit}"), "--restore")
    assert (ran.code, "rows in the backup" in ran.err) == (1, True), ran.text
    assert (operator.world(), operator.host.exec(look)) == (before, left)
    operator.host.exec("rm backups/trial.sql backups/tampered.sql")


@pytest.mark.long
def test_what_is_no_good_is_refused_before_anything_stops(operator):
    before = operator.world()
    for name, (command, words) in BAD.items():
        path = put(operator, name, command)
        ran = operator.fab("emergency-restore", "--file", path, "--yes")
        assert ran.code == 2, (name, ran.text)
        assert len(ran.err.strip().splitlines()) == 1, ran.err
        assert any(word in ran.err for word in words.split("|")), (name, ran.err)
        assert operator.world() == before, name
    flipped = put(operator, "flipped", f"{DUMP} -Fc", checksum=True)
    operator.host.exec(f"printf x | dd of={flipped} bs=1 seek=5000 conv=notrunc 2>/dev/null")
    folder = "mkdir -p backups/folder; touch backups/folder/1.dat; echo backups/folder"
    unreadable = (
        "docker run --rm -v $PWD/backups:/b --entrypoint sh postgres:15 -c 'echo x >/b/secret; chmod 0 /b/secret'"
    )
    operator.host.exec(f"{folder}; {unreadable}")
    for path, words in ((flipped, "sha256"), ("backups/folder", "toc.dat"), ("backups/secret", "no readable file")):
        ran = operator.fab("emergency-restore", "--file", path, "--yes")
        assert (ran.code, words in ran.err) == (2, True), ran.text
        assert operator.fab("backups.check", "--file", path).code in (1, 2)
    for path in ("no-such-file", "--help", "", "local:/no/such"):
        assert operator.fab("emergency-restore", f"--file={path}", "--yes").code == 2
    assert operator.world() == before
    operator.host.exec("rm -rf backups/folder backups/secret", user="root")


@pytest.mark.long
def test_a_cut_or_flipped_backup_with_a_checksum_never_becomes_the_database(operator):
    before, chance = operator.world(), random.Random(SEED)
    whole = put(operator, "sample.dump", f"{DUMP} -Fc", checksum=True)
    size = int(operator.host.exec(f"wc -c <{whole}"))
    cuts = [f"head -c {chance.randrange(size)} {whole}" for _ in range(4)]
    flip = "printf '\\{:03o}' | dd of=backups/part bs=1 conv=notrunc seek={} 2>/dev/null"
    flips = [flip.format(chance.randrange(256), chance.randrange(size)) for _ in range(4)]
    for command in (*cuts, *flips):
        path = put(operator, "part", command if command in cuts else f"cat {whole}")
        if command in flips:
            operator.host.exec(command)
        operator.host.exec(f"sed s/sample.dump/part/ {whole}.sha256 > backups/part.sha256")
        ran = operator.fab("backups.restore", "--file", path, "--yes")
        assert (ran.code, "sha256" in ran.err) == (2, True), (command, ran.text)
    for command in cuts:
        ran = operator.fab("backups.restore", "--file", put(operator, "part", command), "--yes")
        assert ran.code == 2, (command, ran.text)
    assert operator.world() == before
    assert shlex.split(operator.sql("SELECT count(*) FROM pg_database WHERE datname ~ '__'")) == ["0"]
