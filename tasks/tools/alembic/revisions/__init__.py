"""The revision a commit needs: its migration graph out of git objects, with no code run."""

from .answers import Undecidable
from .comparison import Comparison, compare, compare_revision, downgrade_arguments, fits
from .git_objects import BadOutputError, fetch_script
from .graph import Graph, Revision, UnknownRevisionError
from .graph_reading import Graphs, parse, probe

__all__ = [
    "BadOutputError",
    "Comparison",
    "Graph",
    "Graphs",
    "Revision",
    "Undecidable",
    "UnknownRevisionError",
    "compare",
    "compare_revision",
    "downgrade_arguments",
    "fetch_script",
    "fits",
    "parse",
    "probe",
]
