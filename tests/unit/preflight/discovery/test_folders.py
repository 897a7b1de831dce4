"""Where backups are: what backup tools write to, and what lies there."""

from __future__ import annotations

from tasks.preflight.backups.backup_files import Found
from tasks.preflight.discovery import folders
from tasks.tools.compose.projects import Landscape
from tests.unit.support.discovered import member


def file(name: str, taken: int, ours: bool | None = True, owner: str = "") -> Found:
    """A backup as it was listed."""
    return Found(name, 1, taken, "gzip", "", (), taken=taken, ours=ours, owner=owner)


def test_what_a_backup_container_writes_to_is_looked_into_first():
    tool = member("pgbackups", "prodrigestivill/postgres-backup-local", mounts={"/backups": "/home/ada/dumps"})
    looked = folders.to_look(Landscape(["/home/ada"], False, [tool, member("app", mounts={"/app": "/x"})]), "srv/shop")
    assert looked[0] == "dumps"
    assert {"backups", "srv/shop/backups", "srv/backups", "/var/backups/postgresql"} <= set(looked)
    assert "/x" not in looked and len(looked) == len(set(looked))


def test_the_folder_with_the_newest_of_this_database_is_taken():
    found = {
        "a": [file("a/shop.gz", 1)],
        "b": [file("b/shop_2.gz", 2), file("b/shop_1.gz", 1)],
        "c": [file("c/x.gz", 9, ours=None)],
        "d": [file("d/other.gz", 10, ours=False)],
        "e": [],
    }
    line = folders.guess(found, "shop")
    assert (line.place, line.value) == (("database", "backups"), "b")
    assert line.why == "2 there, the newest of 1970-01-01 00:00:02 UTC: shop_2.gz"
    only = folders.guess({"c": found["c"]}, "shop")
    assert only.value == "c" and only.why.endswith("x.gz; look it over: nothing says that it is of shop")


def test_where_there_is_none_it_is_the_folder_that_backups_create_writes_to():
    assert folders.guess({}, "shop").value == "backups"
    assert "none was seen; backups.create writes there" in folders.guess({"a": []}, "shop").why
    line = folders.guess({"/var/b": [file("/var/b/x", 1, owner="root")]}, "shop")
    assert "no backup was seen in /var/b that the login can read" in line.why
