"""One way to talk to PostgreSQL in a container: quoting, one psql command, one frame for scripts.

A script is POSIX sh, needs sh, coreutils and awk on the host, and is run there by somebody else.
It ends 0 (done and verified), 1 (failed) or 2 (refused, nothing changed), the reason as one line
on stderr.
"""

import shlex
from dataclasses import dataclass
from string import ascii_letters

NAME_LIMIT = 63  # bytes of an identifier, PostgreSQL's NAMEDATALEN - 1

# A role or a database may carry settings that would end or block an administrator's session.
SESSION = (
    "SET statement_timeout = 0; SET lock_timeout = '30s';"
    " SET idle_in_transaction_session_timeout = 0; SET default_transaction_read_only = off;"
)

# What a step runs tells the server which step it is for: it goes on when its client outside the container ends.
FRAME = r"""set -eu
umask 077
PGAPPNAME=${FAB_ROLLBACK_STEP:-fab-rollback}; export PGAPPNAME
fail() { printf '%s\n' "$*" >&2; exit 1; }
refuse() { printf '%s\n' "$*" >&2; exit 2; }
first_error() {
  awk 'NR == 1 { first = $0 } /ERROR:|FATAL:|error:|Error response/ { print; first = ""; exit }
       END { if (first != "") print first }'
}
change() { # WHAT COMMAND...: run it on stdin, or fail with WHAT and the first error it printed
  what=$1; shift
  said=$("$@" 2>&1) || fail "$what: $(printf '%s\n' "$said" | first_error)"
}
told() { # WHAT COMMAND...: run it on stdin; print what follows "= " in its rows, or fail as `change` does
  what=$1; shift
  said=$("$@" 2>&1) || fail "$what: $(printf '%s\n' "$said" | first_error)"
  printf '%s\n' "$said" | awk 'sub(/^= /, "")'
}
ask() { told "PostgreSQL did not answer" "$@"; }
"""


@dataclass(frozen=True)
class Database:
    """A database: the container its server runs in, its name, and the login used by the socket."""

    container: str
    name: str
    user: str

    def __post_init__(self) -> None:
        for value in (self.container, self.name, self.user):
            if not value or any(c in value for c in "\0\n\r"):
                raise ValueError(f"not usable as a container, database or user: {value!r}")
        if len(self.name.encode()) > NAME_LIMIT:
            raise ValueError(f"a database name has at most {NAME_LIMIT} bytes: {self.name!r}")

    @property
    def maintenance(self) -> str:
        """The database to connect to while this one is renamed, cloned or dropped."""
        return "template1" if self.name == "postgres" else "postgres"


def ident(name: str) -> str:
    """Quote a name as an SQL identifier; raises ValueError for what cannot be one."""
    if not name or "\0" in name:
        raise ValueError(f"not an SQL identifier: {name!r}")
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote text as an SQL string, whatever standard_conforming_strings says."""
    if "\0" in text:
        raise ValueError("an SQL string cannot hold a zero byte")
    quoted = "'" + text.replace("'", "''") + "'"
    return "E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted


def target(name: str) -> str:
    """Return NAME as `-d` takes it: libpq would read `a=b` or a URL there as a connection string."""
    if "=" not in name and not name.startswith(("postgres://", "postgresql://")):
        return name
    return "dbname='" + name.replace("\\", "\\\\").replace("'", "\\'") + "'"


def tool(db: Database, program: str, *arguments: str) -> str:
    """Return the shell words that run PROGRAM as the database's user inside its container."""
    inside = ["docker", "exec", "-i", "-e", "PGAPPNAME", db.container]
    return shlex.join([*inside, program, *arguments, "-U", db.user, "-d"])


def psql(db: Database, on: str | None = None) -> str:
    """Return the one psql command, fed by stdin, connected to database ON (default: DB's own)."""
    words = tool(db, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-At")
    return f"{words} {shlex.quote(target(on or db.name))}"


def connector(function: str, db: Database, on: str) -> str:
    """Return a shell function FUNCTION that feeds its stdin to psql on database ON."""
    return f"{function}() {{ {psql(db, on)}; }}\n"


def feed(command: str, sql: str) -> str:
    """Return a shell command that gives SQL to COMMAND as a here-document, nothing expanded."""
    sql = sql.strip()
    mark = _mark(sql.split("\n"))
    return f"{command} <<'{mark}'\n{SESSION}\n{sql}\n{mark}\n"


def _mark(lines: list[str]) -> str:
    # dash 0.5.12 loses a non-ASCII byte behind the beginning of the mark, at the start of a line.
    def safe(mark: str) -> bool:
        return not any(line == mark or (line.startswith(mark[0]) and not line.isascii()) for line in lines)

    return next(mark for mark in (f"{letter}QL" for letter in "S" + ascii_letters) if safe(mark))


def ask(variable: str, command: str, sql: str) -> str:
    """Return a shell assignment of the rows SQL prints behind `= ` (warnings cannot mix in)."""
    return f"{variable}=$({feed('ask ' + command, sql)})\n"


def told(variable: str, what: str, command: str, sql: str) -> str:
    """Return a shell assignment as `ask` does, which fails saying WHAT could not be done, and why."""
    return f"{variable}=$({feed(f'told {shlex.quote(what)} {command}', sql)})\n"


def connect(on: str) -> str:
    """Return psql's command to go on in database ON, in the same session settings."""
    quoted = target(on).replace('"', '""')
    return f'\\connect -reuse-previous=on "{quoted}"\n{SESSION}'


def change(what: str, command: str, sql: str) -> str:
    """Return a shell command that runs SQL, and fails saying WHAT could not be done, and why."""
    return feed(f"change {shlex.quote(what)} {command}", sql)


def script(db: Database, *parts: str) -> str:
    """Join PARTS behind the frame; `admin` is psql on the maintenance database."""
    return FRAME + connector("admin", db, db.maintenance) + "".join(parts)
