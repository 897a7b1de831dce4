"""What a restore would mean, in lines for the operator, before anything is asked."""

from __future__ import annotations

from ..console.units import age, size
from ..tools.postgres.backup import Section


def tell(sight, now: int) -> None:
    """Write what a restore means into the facts and warnings of SIGHT; NOW is the host's clock."""
    backup, section = sight.backup, sight.section
    name = section.database or backup.database
    counted = [n for n in section.rows.values() if n is not None]
    sight.facts += [
        f"the backup: {backup.path}, {backup.kind}, {size(backup.bytes)}, {age(now - backup.modified)} old"
        f"{f', of {name}' if name else ''}{f', PostgreSQL {backup.server}' if backup.server else ''}; "
        f"{len(section.rows)} tables, {sum(counted)} rows",
        sight.fit.text,
        *(differences(sight.rows, section) if sight.rows is not None else []),
        f"it takes about {size(sight.need)} beside the live database ({size(sight.bytes)}); "
        f"{size(sight.server.data_free)} are free",
    ]
    if backup.checksum == "none":
        sight.warnings.append("no sha256 lies beside the backup: that no bit of it flipped is unverified")
    if not sight.owners:
        missing = ", ".join(backup.missing_roles or ())
        sight.warnings.append(f"the roles {missing} are not on the server: owners and grants are left out")
    if sight.rows is None:
        gone = "there is no live database" if not sight.there else "the rows of the live database cannot be counted"
        sight.warnings.append(gone)
    sight.warnings += sight.risks


def differences(rows: dict[str, int], section: Section) -> list[str]:
    """Return, for each table, how many rows only the live database has, or only the backup."""
    lines = []
    for table in sorted(rows.keys() | section.rows.keys()):
        there, then = rows.get(table), section.rows.get(table, 0)
        if there is None:
            lines.append(f"{table}: the backup has it, with {then} rows; the live database does not")
        elif table not in section.rows:
            lines.append(f"{table}: the live database has it, with {there} rows; the backup does not")
        elif then is None:
            lines.append(f"{table}: {there} rows now; how many the backup has cannot be told")
        elif there != then:
            lines.append(f"{table}: {_more(there, then)} ({there} now, {then} in the backup)")
    return lines or ["every table has as many rows now as in the backup; what was changed in place is not counted"]


def _more(there: int, then: int) -> str:
    if there > then:
        return f"the live database has {there - then} rows that the backup does not"
    return f"the backup has {then - there} rows that the live database does not"
