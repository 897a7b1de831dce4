"""What a run found where it began: what `undo` goes by, whichever kind of run it was."""

from __future__ import annotations

from msgspec import Struct, field


class Before(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """Where the code stood: HEAD (a full hash) and its branch, if it was on one.

    `answered` is what health addresses said that were not as they should be.
    """

    commit: str = ""
    branch: str = ""
    answered: str = ""


class CheckoutBefore(Before, frozen=True, kw_only=True, tag="checkout"):
    """Only the checkout was moved."""


class SchemaBefore(Before, frozen=True, kw_only=True, tag="schema"):
    """The schema was moved, the code stayed.

    `revision` are the rows of the alembic table, None where they were not read; `running` the services that ran and
    were well. The data lie in one of two: `snapshot`, a database on the server, or `dump`, a file on the host; both are
    empty where none was made.
    """

    revision: list[str] | None = None
    running: list[str] = field(default_factory=list)
    healthy: bool = True
    snapshot: str = ""
    dump: str = ""


class ReleaseBefore(SchemaBefore, frozen=True, kw_only=True, tag="release"):
    """Code, containers and perhaps the schema were moved; `images` are the names of kept images by service.

    `ids` are those of the images that ran, of all services.
    """

    images: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def of_the_database(self) -> SchemaBefore:
        """Return what there is of it where only the schema is moved."""
        return SchemaBefore(**{name: getattr(self, name) for name in SchemaBefore.__struct_fields__})


class SwappedBefore(Before, frozen=True, kw_only=True, tag="swapped"):
    """Another database took the live name: what was live lies beside it, called `swapped`.

    `stopped` are the services that the run stopped itself, `running` all that ran.
    """

    revision: list[str] | None = None
    healthy: bool = True
    running: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    swapped: str = ""


class DroppedBefore(SwappedBefore, frozen=True, kw_only=True, tag="dropped"):
    """The live database was dropped in its place; `dropped` is the dump made first, empty where none was."""

    dropped: str = ""


AnyBefore = CheckoutBefore | SchemaBefore | ReleaseBefore | SwappedBefore | DroppedBefore
