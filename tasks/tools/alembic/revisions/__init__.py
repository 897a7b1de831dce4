"""The revision a commit needs: its migration graph out of git objects, with no code run."""

from .answers import NoAlembic, Undecidable
from .compare import Comparison, compare, compare_revision, downgrade_arguments
from .graph import Graph, Revision, UnknownRevisionError
from .reading import parse
from .script import fetch_script
from .stream import BadOutputError

__all__ = [
    "BadOutputError",
    "Comparison",
    "Graph",
    "NoAlembic",
    "Revision",
    "Undecidable",
    "UnknownRevisionError",
    "compare",
    "compare_revision",
    "downgrade_arguments",
    "fetch_script",
    "parse",
]
