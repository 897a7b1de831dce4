"""What can be known about a file without restoring it, with the host's own tools."""

import bz2
import gzip
import hashlib
import lzma
import os
import random
import shutil
import subprocess

import pytest

from tasks.tools.postgres.backup import parse_backup
from tasks.tools.postgres.psql import Database
from tasks.tools.postgres.reads import inspect

SHOP = Database("db", "shop", "owner")
DUMP = (
    b"--\n-- PostgreSQL database dump\n--\nALTER TABLE t OWNER TO someone;\n"
    b"COPY public.users (id) FROM stdin;\n1\n2\n\\.\n--\n-- PostgreSQL database dump complete\n--\n"
)


@pytest.fixture
def check(engine, tmp_path):
    def run(content: bytes, name: str = "a backup.sql", answer: str = ""):
        path = tmp_path / name
        path.write_bytes(content)
        ran = engine.run(inspect(SHOP, str(path), "public.alembic_version"), answer)
        assert (ran.code, ran.err) == (0, "")
        return parse_backup(ran.out, str(path))

    return run


def test_a_plain_dump_is_read_once_and_understood(check):
    backup = check(DUMP, answer="MISSING\tsomeone\n")
    assert (backup.kind, backup.bytes, backup.uncompressed, backup.checksum) == ("plain", len(DUMP), len(DUMP), "none")
    assert backup.section("shop").rows == {"public.users": 2}
    assert backup.missing_roles == ("someone",)
    assert backup.problems == ()


def test_a_compressed_dump_is_read_through(check):
    backup = check(gzip.compress(DUMP))
    assert (backup.kind, backup.uncompressed, backup.problems) == ("gzip", len(DUMP), ())


def by(program: str):
    """Return what packs by a program; the test is skipped where there is none."""

    def pack(content: bytes) -> bytes:
        if not shutil.which(program):
            pytest.skip(f"no {program} here")
        return subprocess.run([program, "-q", "-c"], input=content, capture_output=True, check=True).stdout

    return pack


PACKED = {
    "gzip": gzip.compress,
    "xz": lzma.compress,
    "bzip2": bz2.compress,
    "zstd": by("zstd"),
    "lz4": by("lz4"),
}
FIVE = DUMP.replace(b"1\n2\n", b"".join(b"%d\n" % n for n in range(500)))


@pytest.mark.parametrize("form", PACKED)
def test_a_dump_is_read_whatever_it_is_packed_with(check, form):
    backup = check(PACKED[form](DUMP))
    assert (backup.kind, backup.packed, backup.uncompressed, backup.problems) == (form, (form,), len(DUMP), ())


@pytest.mark.parametrize("form", PACKED)
def test_no_cut_and_no_flip_of_a_packed_dump_goes_unseen(check, form):
    whole, chance = PACKED[form](FIVE), random.Random(20240401)
    damaged = [whole[: chance.randrange(len(whole))] for _ in range(20)]
    for _ in range(5):
        at = chance.randrange(10, len(whole) - 4)
        damaged.append(whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :])
    for content in damaged:
        assert check(content).problems


def test_a_sealed_dump_is_opened_by_the_configured_command(engine, tmp_path):
    (tmp_path / "b.age").write_bytes(b"age-encryption.org/v1\n" + DUMP)
    script = inspect(SHOP, str(tmp_path / "b.age"), "v.t", decrypt="tail -n +2")
    backup = parse_backup(engine.run(script, "").out, "b")
    assert (backup.kind, backup.packed, backup.problems, backup.section("shop").rows) == (
        "plain", ("age",), (), {"public.users": 2}
    )  # fmt: skip
    for command, why in (("echo no key >&2; exit 2", "not opened: no key"), ("tail -n +2; exit 1", "damaged or cut")):
        script = inspect(SHOP, str(tmp_path / "b.age"), "v.t", decrypt=command)
        assert why in " ".join(parse_backup(engine.run(script, "").out, "b").problems)


def test_a_dump_that_gpg_sealed_is_opened_by_gpg(engine, tmp_path):
    if not shutil.which("gpg"):
        pytest.skip("no gpg here")
    (tmp_path / "word").write_text("secret\n")
    words = f"gpg --homedir {tmp_path} --batch --quiet --pinentry-mode loopback --passphrase-file {tmp_path}/word"
    seal = subprocess.run([*words.split(), "--symmetric"], input=DUMP, capture_output=True, check=True)
    (tmp_path / "b.sql.gpg").write_bytes(seal.stdout)
    found = engine.run(inspect(SHOP, str(tmp_path / "b.sql.gpg"), "v.t", decrypt=f"{words} --decrypt"), "")
    backup = parse_backup(found.out, "b")
    assert (backup.kind, backup.packed, backup.problems) == ("plain", ("gpg",), ())


@pytest.mark.parametrize("sum", ["md5", "sha1", "sha512"])
def test_other_checksums_are_used_as_what_they_are(check, tmp_path, sum):
    (tmp_path / f"a backup.sql.{sum}").write_text(f"{hashlib.new(sum, DUMP).hexdigest()}  a backup.sql\n")
    assert (check(DUMP).checksum, check(DUMP).sum) == ("ok", sum)
    assert check(DUMP.replace(b"\n2\n", b"\n3\n")).problems == (f"its {sum} is not the one in the file beside it",)


@pytest.mark.parametrize("lost", [1, 8, 30, 100])
def test_a_compressed_dump_that_was_cut_is_a_problem(check, lost):
    assert check(gzip.compress(DUMP)[:-lost]).problems


def test_a_flipped_bit_in_a_compressed_dump_is_a_problem(check):
    packed = bytearray(gzip.compress(DUMP))
    packed[len(packed) // 2] ^= 4
    assert check(bytes(packed)).problems


def test_the_checksum_beside_it_is_compared(check, tmp_path):
    beside = tmp_path / "a backup.sql.sha256"
    beside.write_text(hashlib.sha256(DUMP).hexdigest().upper() + "  /elsewhere/x.sql\n")
    assert check(DUMP).checksum == "ok"
    assert check(DUMP.replace(b"\n2\n", b"\n3\n")).problems == ("its sha256 is not the one in the file beside it",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "an empty file"),
        (DUMP.decode().encode("utf-16"), "UTF-16 text"),
        (b"hello\n", "it does not begin as pg_dump does"),
        (b"\xfd7zXZ\x00\x00\x04", "xz cannot unpack it"),
        (b"age-encryption.org/v1\n", "sealed by age: database.backups.decrypt names"),
        (b"\x8c\x0d\x04\x09", "sealed by gpg"),
    ],
)
def test_what_is_no_dump_is_called_what_it_is(check, content, reason):
    (problem,) = check(content).problems[:1]
    assert problem.startswith("it is not a dump of PostgreSQL: ")
    assert reason in problem


def test_every_check_of_a_folder_has_a_place_of_its_own_in_the_container_and_tidies_it(engine, tmp_path):
    (tmp_path / "toc.dat").write_bytes(b"PGDMP")
    room, places = "x\na 1 1 9000000 1% /tmp\n", []
    for _ in range(2):
        assert engine.run(inspect(SHOP, str(tmp_path), "v.t"), room, "", "", "", "", "").code == 0
        filled, tidied = engine.asked(1).split()[-1], engine.asked(engine.calls).split()
        assert tidied[-3:] == ["rm", "-rf", filled]
        places.append(filled)
    assert places[0] != places[1]


def test_a_missing_file_is_refused_in_one_line(engine):
    ran = engine.run(inspect(SHOP, "/nowhere/b.sql", "v.t"))
    assert (ran.code, ran.err) == (2, "there is no readable file /nowhere/b.sql\n")


def test_roles_are_unknown_when_the_server_does_not_answer(engine, tmp_path):
    (tmp_path / "b").write_bytes(DUMP)
    ran = engine.run(inspect(SHOP, str(tmp_path / "b"), "v.t"), ("no such container\n", 1))
    assert parse_backup(ran.out, "b").missing_roles is None


def test_what_was_found_is_kept_under_a_name_that_fits_these_very_bytes(engine, tmp_path):
    path = tmp_path / "it's.sql"
    path.write_bytes(DUMP)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    ran = engine.run(inspect(SHOP, str(path), "v.t", "kept here"), "")
    (kept,) = (tmp_path / "kept here").iterdir()
    assert kept.name == f"it's.sql.{len(DUMP)}.1700000000"
    assert kept.stat().st_mode & 0o777 == 0o600
    said = [line for line in ran.out.splitlines() if not line.startswith("PROGRESS")]
    assert kept.read_text().splitlines() == said


def test_the_digest_of_an_archive_tells_its_bytes(engine, tmp_path):
    (tmp_path / "b").write_bytes(b"PGDMP...")
    toc = "; Archive\n;     dbname: it's shop\n"
    ran = engine.run(inspect(SHOP, str(tmp_path / "b"), "v.t"), toc, DUMP.decode(), "MISSING\tsomeone\n")
    lines = [line.split("\t") for line in ran.out.splitlines()]
    inner = hashlib.sha256(f"{hashlib.sha256(b'PGDMP...').hexdigest()}  -\n".encode()).hexdigest()
    assert ["DIGEST", inner] in lines
    assert parse_backup(ran.out, "b").database == "it's shop"
