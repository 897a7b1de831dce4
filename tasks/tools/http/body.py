"""The body of an answer: the one line of it that tells most of what is wrong."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from ...console.commands import unmarked
from ...console.text import clean

READ = 8000  # bytes of a body that are read
SAYING = re.compile(r"error|problem|detail|message|msg|reason|exception|cause|output", re.IGNORECASE)  # a key in JSON
REASON = re.compile(r"^\s*([A-Za-z_]+\.)*[A-Z]\w*(Error|Exception|Warning|Failure)\b")
TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
UNREAD = re.compile(r"<(style|script)\b.*?(</\1>|\Z)|<[^>]*(>|\Z)", re.IGNORECASE | re.DOTALL)


def telling(body: str) -> str:
    """Return the line that tells most, with nothing in it that could steer a terminal; empty where there is none."""
    text = _whole(body).strip()
    return " ".join(clean(unmarked(_of_json(text) or _of_html(text) or _of_text(text))).split())


def _whole(body: str) -> str:
    """Return a body without its last line where that was cut: it may end within a secret that nobody knows then."""
    return body.rpartition("\n")[0] or body if len(body.encode()) >= READ else body


def _of_json(text: str) -> str:
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return next(_said(tree), text)


def _said(tree: Any, said: bool = False) -> Iterator[str]:
    """Yield the texts under keys that say what is wrong, those of outer ones first."""
    if isinstance(tree, str) and tree.strip() and said:
        yield tree
    parts = tree.items() if isinstance(tree, dict) else [("", one) for one in tree] if isinstance(tree, list) else []
    for key, value in parts:
        yield from _said(value, bool(SAYING.search(key)) if key else said)


def _of_html(text: str) -> str:
    if not text.startswith("<"):
        return ""
    title = TITLE.search(text)
    return html.unescape(title[1] if title else UNREAD.sub("\n", text)).strip()


def _of_text(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return next((line for line in reversed(lines) if REASON.search(line)), lines[0] if lines else "")
