"""What an inspection printed, and what is said about a bad backup."""

import pytest

from tasks.tools.postgres.backup import Backup, Forbidden, canonical, connected, parse_backup

GOOD = """FILE\tgzip\t300\t1700000000
CHECKSUM\tok
KIND\tdump
COMPLETE\t1
BYTES\t9000
SERVER\t15.18
DUMPER\t16.2
ENCODING\tUTF8
ROLE\towner
ROLE\tgone
ROWS\t\tpublic.users\t20
ROWS\t\t"Odd"."a""b"\t-1
REVISION\t\tab12
MISSING\tgone
"""
CLUSTER = """FILE\tplain\t300\t1700000000
CHECKSUM\tnone
KIND\tcluster
COMPLETE\t1
BYTES\t300
FORBIDDEN\t7\tDROP DATABASE shop
SECTION\tshop\t1\t200
SECTION\t-reuse-previous=on "dbname='my ""x\\'s'"\t1\t50
ROWS\tshop\tpublic.users\t20
"""


def test_a_good_backup_has_no_problems():
    backup = parse_backup(GOOD, "/b.gz")
    assert backup.problems == ()
    assert (backup.kind, backup.bytes, backup.uncompressed, backup.modified) == ("gzip", 300, 9000, 1700000000)
    assert (backup.major, backup.dumper, backup.encoding, backup.missing_roles) == (15, "16.2", "UTF8", ("gone",))


def test_rows_and_revisions_are_those_of_the_only_database():
    section = parse_backup(GOOD, "/b.gz").section("whatever")
    assert section.rows == {"public.users": 20, '"Odd"."a""b"': None}
    assert section.revisions == ("ab12",)
    assert section.bytes == 9000


def test_the_part_of_one_database_is_found_by_its_name():
    backup = parse_backup(CLUSTER, "/b")
    assert backup.forbidden == (Forbidden(7, "DROP DATABASE shop"),)
    assert backup.section("shop").rows == {"public.users": 20}
    assert backup.section("my \"x's").bytes == 50
    assert backup.section("other") is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("CHECKSUM\tok", "CHECKSUM\tbad"), "its sha256 is not the one in the file beside it"),
        (("COMPLETE\t1", "COMPLETE\t0"), "its last line is missing: it is cut off"),
        (("COMPLETE\t1", "COMPLETE\t1\nUNREADABLE"), "it cannot be read to its end: it is damaged or cut off"),
        (("KIND\tdump", "KIND\tnone"), "it is not a dump of PostgreSQL: it does not begin as pg_dump does"),
    ],
)
def test_each_thing_wrong_with_a_backup_is_said(change, problem):
    assert parse_backup(GOOD.replace(*change), "/b").problems == (problem,)


def test_what_pg_restore_says_about_an_archive_is_passed_on():
    text = "FILE\tcustom\t3\t1\nCHECKSUM\tnone\nREASON\tunsupported version (1.16) in file header\n"
    assert parse_backup(text, "/b").problems == ("unsupported version (1.16) in file header",)


def test_what_is_no_dump_is_said_to_be_none():
    text = "FILE\tunknown\t3\t1\nCHECKSUM\tnone\nREASON\tan empty file\n"
    assert parse_backup(text, "/b").problems == ("it is not a dump of PostgreSQL: an empty file",)


def test_roles_that_could_not_be_asked_for_are_unknown_not_present():
    assert parse_backup(GOOD + "ROLES\tunknown\n", "/b").missing_roles is None


@pytest.mark.parametrize("text", ["", "FILE\tplain\t3\t1\n", GOOD.partition("KIND")[0]])
def test_an_inspection_that_was_cut_is_no_verdict(text):
    with pytest.raises(ValueError):
        parse_backup(text, "/b")


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("shop", "shop"),
        ('"Shop"', "Shop"),
        ('-reuse-previous=on "dbname=\'my-app ""x""\'"', 'my-app "x"'),
        ("-reuse-previous=on \"dbname='it\\\\\\'s'\"", "it\\'s"),
    ],
)
def test_a_connect_names_its_database(raw, name):
    assert connected(raw) == name


def test_one_table_has_one_name():
    assert canonical('public."users"') == canonical("public.users") == "public.users"
    assert canonical('"a.b"."c""d"') == '"a.b"."c""d"'


def test_what_garbage_a_damaged_file_holds_does_not_break_the_verdict():
    garbage = "UNREADABLE\nROLE\t\x0b\x85\u2028\nFORBIDDEN\t3\t\\\x1c\nREVISION\t\t\x1e\n"
    backup = parse_backup(GOOD + garbage, "/b")
    assert backup.problems == ("it cannot be read to its end: it is damaged or cut off",)


def test_the_major_version_is_unknown_when_the_dump_does_not_say():
    assert Backup("/b", "plain", 1, 1, "none").major is None
