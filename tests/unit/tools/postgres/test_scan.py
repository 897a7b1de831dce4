"""The pass over a dump: it knows what is data, what is text, and what is a command."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tasks.tools import postgres

SCAN = str(Path(postgres.__file__).parent / "backups" / "scan.awk")
AWKS = [awk for awk in ("mawk", "gawk", "busybox awk", "original-awk") if shutil.which(awk.split()[0])]
HEAD = "--\n-- PostgreSQL database dump\n--\n\n"
TAIL = "--\n-- PostgreSQL database dump complete\n--\n\n"
COPY = "COPY public.users (id, name) FROM stdin;\n1\ta\n2\tb\n\\.\n\n"
CLUSTER = (
    "--\n-- PostgreSQL database cluster dump\n--\n\\connect template1\n"
    + HEAD
    + TAIL
    + "CREATE DATABASE shop;\n\\connect shop\nALTER DATABASE shop SET work_mem TO '1MB';\n\\connect shop\n"
    + HEAD
    + COPY
    + TAIL
    + 'CREATE DATABASE "Other";\n\\connect "Other"\n'
    + HEAD
    + COPY.replace("users", "orders")
    + TAIL
    + "--\n-- PostgreSQL database cluster dump complete\n--\n"
)


@pytest.fixture(params=AWKS)
def scan(request, tmp_path):
    """Run the pass with one of the awks there are: (exit code, report, what psql would see, errors)."""

    def run(text: str, **environment: str):
        report = tmp_path / "report"
        known = {"PATH": os.environ["PATH"], "LC_ALL": "C", "VERSIONS": "public.alembic_version"}
        ran = subprocess.run(
            [*request.param.split(), "-f", SCAN],
            input=text.encode(),
            capture_output=True,
            env=known | {"REPORT": f"cat >{report}"} | environment,
        )
        lines = report.read_text().splitlines() if report.exists() else []
        return ran.returncode, lines, ran.stdout.decode(), ran.stderr.decode()

    return run


def values(report: list[str], key: str) -> list[str]:
    return [line.partition("\t")[2] for line in report if line.startswith(key + "\t")]


def test_rows_are_counted_per_table(scan):
    code, report, _, _ = scan(HEAD + COPY + COPY.replace("users", '"Odd (x)"') + TAIL)
    assert code == 0
    assert values(report, "ROWS") == ["\tpublic.users\t2", '\tpublic."Odd (x)"\t2']


def test_a_name_keeps_its_spaces(scan):
    copy = COPY.replace("users", '"two  spaces"')
    assert values(scan(HEAD + copy + TAIL)[1], "ROWS") == ['\tpublic."two  spaces"\t2']


def test_a_name_that_no_line_can_hold_is_not_compared(scan):
    copies = COPY.replace("users", '"a\tb"') + COPY.replace("users", '"a\nb"')
    assert [line.split("\t")[2] for line in values(scan(HEAD + copies + TAIL)[1], "ROWS")] == ["-1", "-1"]


def test_a_revision_is_the_first_column(scan):
    text = "COPY public.alembic_version (version_num, at) FROM stdin;\nab12\t2020\n\\.\n"
    assert values(scan(HEAD + text + TAIL)[1], "REVISION") == ["\tab12"]


def test_a_table_that_is_copied_in_several_parts_is_counted_once(scan):
    assert values(scan(HEAD + COPY + COPY + TAIL)[1], "ROWS") == ["\tpublic.users\t4"]


def test_rows_that_look_like_commands_are_rows(scan):
    rows = (
        "\\\\restrict x\n\\\\.\nDROP DATABASE live;\n\\\\connect y\n-- PostgreSQL database dump complete\n'\n$$\n/*\n"
    )
    code, report, _, _ = scan(HEAD + COPY.replace("1\ta\n", rows) + TAIL)
    assert code == 0
    assert values(report, "FORBIDDEN") == []
    assert values(report, "ROWS") == ["\tpublic.users\t9"]


@pytest.mark.parametrize(
    "text",
    [
        "COMMENT ON TABLE t IS 'a\nDROP DATABASE x;\n\\connect y\nCOPY t FROM stdin;\n';\n",
        "CREATE FUNCTION f() AS $fn$\nDROP ROLE x;\n\\! ls\n'\n$fn$;\n",
        "SELECT E'it\\'s\n\\\\connect x\nDROP DATABASE y;\n';\n",
        "/* a /* b */\nDROP DATABASE x;\n\\! ls */\nSELECT 1;\n",
        'SELECT 1 AS "a\nDROP DATABASE x;\n";\n',
        "-- DROP DATABASE x; \\connect y\n",
        "SELECT a$b$ FROM t; SELECT 'DROP DATABASE x';\n",
        "SET standard_conforming_strings = off;\nSELECT 'it\\'s;\nDROP DATABASE x;\n';\n",
    ],
)
def test_text_that_mentions_commands_is_text(scan, text):
    code, report, _, _ = scan(HEAD + text + COPY + TAIL)
    assert code == 0
    assert values(report, "FORBIDDEN") == []
    assert values(report, "ROWS") == ["\tpublic.users\t2"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("DROP DATABASE live;\n", "DROP DATABASE live"),
        ("SELECT 1; drop  database\n  live;\n", "drop database live"),
        ("/* x */ ALTER DATABASE live RENAME TO x;\n", "ALTER DATABASE live RENAME TO x"),
        ("CREATE ROLE admin SUPERUSER;\n", "CREATE ROLE admin SUPERUSER"),
        ("ALTER USER postgres PASSWORD 'x';\n", "ALTER USER postgres PASSWORD ''"),
        ("ALTER SYSTEM SET fsync = off;\n", "ALTER SYSTEM SET fsync = off"),
        ("\\! rm -rf /\n", "\\! rm -rf /"),
        ("\\connect live\n", "\\connect live"),
        ("\\c live\n", "\\connect live"),
        ("SELECT 1 \\gexec\n", "\\gexec"),
        ("\\copy t from program 'x'\n", "\\copy t from program 'x'"),
        ("\\i /etc/passwd\n", "\\i /etc/passwd"),
    ],
)
def test_commands_that_reach_beyond_the_database_are_found_and_never_passed_on(scan, text, found):
    dump = HEAD + COPY + text + TAIL
    line = dump[: dump.index(text) + len(text) - 1].count("\n") + 1
    assert values(scan(dump)[1], "FORBIDDEN") == [f"{line}\t{found}"]
    code, _, passed, error = scan(dump, EMIT="1")
    assert code == 3
    assert error.count("\n") == 1
    assert text.strip() not in passed


def test_foreign_user_mappings_are_allowed(scan):
    assert values(scan(HEAD + "CREATE USER MAPPING FOR a SERVER b;\n" + TAIL)[1], "FORBIDDEN") == []


def test_a_whole_dump_is_passed_on_byte_by_byte(scan):
    dump = HEAD + "\\restrict abc\n" + COPY + "SELECT 'x;\n\n y';\n" + TAIL + "\\unrestrict abc\n\n"
    code, _, passed, _ = scan(dump, EMIT="1")
    assert (code, passed) == (0, dump)


@pytest.mark.parametrize("lost", [1, 10, 40, 60, 75, 100])
def test_a_dump_that_was_cut_is_not_whole(scan, lost):
    code, report, _, _ = scan((HEAD + COPY + TAIL.rstrip("-\n"))[:-lost])
    assert code == 4
    assert values(report, "COMPLETE") == ["0"]


def test_a_last_line_among_the_data_does_not_make_a_cut_dump_whole(scan):
    cut = HEAD + "COPY public.users (id) FROM stdin;\n1\n" + TAIL
    assert values(scan(cut)[1], "COMPLETE") == ["0"]


def test_something_after_the_last_line_is_not_whole(scan):
    assert values(scan(HEAD + COPY + TAIL + "SELECT 1;\n")[1], "COMPLETE") == ["0"]


def test_only_the_lines_an_old_psql_or_server_cannot_read_are_left_out(scan):
    data = COPY.replace("1\ta", "\\\\restrict abc\nSET transaction_timeout = 0;")
    dump = "\\restrict abc\nSET transaction_timeout = 0;\n" + HEAD + data + TAIL + "\\unrestrict abc\n"
    assert scan(dump, EMIT="1", OLD_PSQL="1", OLD_SERVER="1")[2] == HEAD + data + TAIL


def test_owners_and_grants_can_be_left_out(scan):
    owned = "ALTER TABLE t OWNER TO a;\nGRANT SELECT ON t TO b;\nREVOKE ALL ON t FROM PUBLIC;\n"
    owned += "ALTER DEFAULT PRIVILEGES FOR ROLE c GRANT ALL ON TABLES TO d;\n"
    assert scan(HEAD + owned + COPY + TAIL, EMIT="1", NO_OWNERS="1")[2] == HEAD + COPY + TAIL


def test_the_roles_that_it_needs_are_named(scan):
    text = (
        'ALTER TABLE t OWNER TO "My Role";\nGRANT SELECT ON t TO b WITH GRANT OPTION;\nREVOKE ALL ON t FROM PUBLIC;\n'
    )
    text += "ALTER DEFAULT PRIVILEGES FOR ROLE c GRANT ALL ON TABLES TO d;\n"
    assert values(scan(HEAD + text + TAIL)[1], "ROLE") == ['"My Role"', "b", "c", "d"]


def test_the_line_ends_a_terminal_or_windows_made_are_taken_back(scan):
    dump = HEAD + COPY + "COMMENT ON TABLE t IS 'a\n\n\rb\r\n';\n" + TAIL
    code, report, passed, _ = scan(dump.replace("\n", "\r\n"), EMIT="1")
    assert (code, passed) == (0, dump)
    assert values(report, "ROWS") == ["\tpublic.users\t2"]


def test_a_byte_order_mark_is_taken_off(scan):
    code, _, passed, _ = scan("\ufeff" + HEAD + COPY + TAIL, EMIT="1")
    assert (code, passed) == (0, HEAD + COPY + TAIL)


def test_versions_encoding_and_revisions_are_read(scan):
    text = "-- Dumped from database version 15.18 (Debian 1)\n-- Dumped by pg_dump version 16.2\n"
    text += "SET client_encoding = 'LATIN1';\nCOPY public.alembic_version (version_num) FROM stdin;\nab12\ncd34\n\\.\n"
    report = scan(HEAD + text + TAIL)[1]
    assert [values(report, key) for key in ("SERVER", "DUMPER", "ENCODING")] == [["15.18"], ["16.2"], ["LATIN1"]]
    assert values(report, "REVISION") == ["\tab12", "\tcd34"]


def test_inserts_are_counted_where_one_is_one_row(scan):
    text = "INSERT INTO public.a VALUES (1, 'x\n;');\nINSERT INTO public.a (i) VALUES (2);\n"
    text += "INSERT INTO public.b VALUES\n\t(1),\n\t(2);\nINSERT INTO public.alembic_version VALUES ('ab12');\n"
    report = scan(HEAD + text + TAIL)[1]
    assert values(report, "ROWS") == ["\tpublic.a\t2", "\tpublic.b\t-1", "\tpublic.alembic_version\t1"]
    assert values(report, "REVISION") == ["\tab12"]


def test_a_long_row_full_of_quotes_is_read_in_time_and_to_its_end(scan):
    row = (
        "INSERT INTO public.a VALUES ('"
        + "it''s; DROP DATABASE x; \\! $$ -- " * 30000
        + "', E'\\'"
        + "''" * 9000
        + "');\n"
    )
    code, report, passed, _ = scan(HEAD + row + "DROP DATABASE y;\n" + row + TAIL)
    assert code == 0
    assert values(report, "ROWS") == ["\tpublic.a\t2"]
    assert values(report, "FORBIDDEN") == ["6\tDROP DATABASE y"]


def test_tables_of_old_dumps_get_the_schema_of_the_search_path(scan):
    text = "SET search_path = other, pg_catalog;\nCOPY users (id) FROM stdin;\n1\n\\.\n"
    assert values(scan(HEAD + text + TAIL)[1], "ROWS") == ["\tother.users\t1"]


def test_the_databases_of_a_cluster_are_told_apart(scan):
    code, report, _, _ = scan(CLUSTER)
    assert code == 0
    assert values(report, "KIND") == ["cluster"]
    assert [line.split("\t")[:2] for line in values(report, "SECTION")] == [
        ["template1", "1"],
        ["shop", "1"],
        ['"Other"', "1"],
    ]
    assert values(report, "ROWS") == ["shop\tpublic.users\t2", '"Other"\tpublic.orders\t2']


def test_one_database_of_a_cluster_is_taken_without_a_command_for_any_other(scan):
    code, _, passed, _ = scan(CLUSTER, EMIT="1", SECTION="shop")
    assert code == 0
    assert passed == HEAD + COPY + "--\n"


def test_a_database_that_is_not_in_the_cluster_is_an_error(scan):
    assert scan(CLUSTER, EMIT="1", SECTION="nope")[0] == 4


def test_a_cut_cluster_is_not_whole_even_if_the_database_is(scan):
    code, report, _, _ = scan(CLUSTER[:-60], EMIT="1", SECTION="shop")
    assert code == 4
    assert values(report, "COMPLETE") == ["0"]


CLEAN = """ALTER TABLE ONLY public.t DROP CONSTRAINT t_pkey;
DROP TABLE public.t;
DROP SCHEMA public;
CREATE SCHEMA public;
"""


def test_what_a_new_database_does_not_have_is_not_dropped_and_what_it_has_not_created(scan):
    rest = "CREATE TABLE public.t ();\nALTER TABLE public.t DROP COLUMN a;\n"
    code, report, passed, _ = scan(HEAD + CLEAN + rest + TAIL, EMIT="1")
    assert (code, passed) == (0, HEAD + rest + TAIL)
    assert (values(report, "RECREATES"), values(report, "DEFINES")) == ([""], [""])


def test_the_transaction_of_large_objects_is_left_out_of_the_one_of_the_load(scan):
    objects = "BEGIN;\n\nSELECT pg_catalog.lo_open('1', 131072);\n\nCOMMIT;\n\n"
    atomic = "CREATE FUNCTION f() RETURNS integer\n    LANGUAGE sql\n    BEGIN ATOMIC\n SELECT 1;\nEND;\n\n"
    code, _, out, _ = scan(HEAD + COPY + objects + atomic + TAIL, EMIT="1")
    assert code == 0
    assert out == HEAD + COPY + objects.replace("BEGIN;\n", "").replace("COMMIT;\n", "") + atomic + TAIL


@pytest.mark.parametrize("words", ["ROLLBACK;", "START TRANSACTION;", "COMMIT AND CHAIN;", "SELECT 1; COMMIT;"])
def test_what_would_end_the_transaction_of_the_load_is_never_passed_on(scan, words):
    code, _, out, err = scan(HEAD + COPY + words + "\n" + TAIL, EMIT="1")
    assert (code, words in out) == (3, False)
    assert "line 10 of the backup" in err


def test_rows_without_tables_extensions_and_the_roles_of_policies_are_told(scan):
    text = "CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;\n"
    text += "CREATE POLICY p ON t FOR ALL TO a, PUBLIC USING (true);\n"
    _, report, _, _ = scan(HEAD + text + COPY + TAIL)
    assert (values(report, "EXTENSION"), values(report, "VITAL"), values(report, "DEFINES")) == (
        ["\tpg_trgm"],
        ["\ta"],
        [],
    )
