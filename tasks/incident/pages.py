"""A report as a page: Markdown, or one HTML file that needs nothing beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import to_builtins

from ..console.commands import rendered
from ..console.text import clean
from ..console.units import moment
from ..tools.secrets import Secrets

TEMPLATES = Path(__file__).parent / "templates"


def markdown(report: dict[str, Any], hidden: Secrets) -> str:
    """Return the report in Markdown."""
    return _page("report.md", report, hidden)


def html(report: dict[str, Any], hidden: Secrets) -> str:
    """Return the report as an HTML page; whatever a host said stands in it as text."""
    return _page("report.html", report, hidden)


def _page(template: str, report: dict[str, Any], hidden: Secrets) -> str:
    """Return a filled template: secrets are masked in the data, where no escape can hide them."""
    import jinja2

    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=jinja2.select_autoescape(["html", "svg"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    pages.filters["moment"] = moment
    told = rendered(_cleaned(hidden.mask_tree(to_builtins(report))))
    return pages.get_template(template).render(told)


def _cleaned(tree: Any) -> Any:
    """Return data whose texts have no control characters."""
    if isinstance(tree, dict):
        return {key: _cleaned(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [_cleaned(value) for value in tree]
    return clean(tree) if isinstance(tree, str) else tree
