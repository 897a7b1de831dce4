"""What the site has beside the pages of docs/: the reference of the tasks, and the project's own files.

A hook of MkDocs (https://www.mkdocs.org/user-guide/configuration/#hooks); nothing of it is written into the repository.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invoke import Argument, Collection
from invoke.util import helpline

from tasks import ns
from tasks.engine.listing import groups

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

PROJECT = Path(__file__).parent.parent
OWN = ("CHANGELOG", "SECURITY", "CONTRIBUTING", "FAULTS", "bench/RESULTS", "examples/README")
LINK = re.compile(rf"\.\./(?=(?:{'|'.join(OWN)})\.md\b)")  # from a page of docs/ to a file of the project
HEAD = """# Tasks and options

Made from the tasks themselves; `fab NAME --help` shows the same at the terminal. A dot is one step of the runbook, no
dot is a playbook: several steps in one plan. `fab -H ENVIRONMENT NAME` takes another environment of hosts.yaml than the
default one.
"""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated page and the project's own files to those of docs/."""
    from mkdocs.structure.files import File

    files.append(File.generated(config, "reference/tasks.md", content=reference(ns)))
    for name in OWN:
        files.append(File.generated(config, f"project/{name}.md", content=own_file(name)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Let the links to the project's own files lead to where the site has them."""
    return LINK.sub("project/", markdown)


def own_file(name: str) -> str:
    """Return the text of a file of the project, with its links into docs/ as they lead there from project/."""
    text = (PROJECT / f"{name}.md").read_text(encoding="utf-8")
    return text.replace("](docs/", f"]({'../' * (name.count('/') + 1)}")


def reference(collection: Collection) -> str:
    """Return the page of all tasks: a chapter a group, a section a task, a row an option."""
    chapters = [HEAD]
    for group in groups(collection):
        chapters += [f"## {group.title}\n", *(_section(collection, entry.name) for entry in group.tasks)]
    return "\n".join(chapters)


def _section(collection: Collection, name: str) -> str:
    task = collection[name]
    options = [_row(one) for one in task.get_arguments()]
    table = ["| option | meaning |", "|---|---|", *options] if options else ["It has no options."]
    return "\n".join([f"### {name}\n", f"{helpline(task)}\n", *table, ""])


def _row(option: Argument) -> str:
    flag = "--" + option.name.replace("_", "-")
    shown = f"--[no-]{flag[2:]}" if option.kind is bool and option.default is True else flag
    value = f" {_placeholder(option)}" if option.takes_value else ""
    default = f" (without it: `{option.default}`)" if option.takes_value and option.default else ""
    text = (option.help or "").replace("|", "\\|")
    return f"| `{shown}{value}` | {text}{default} |"


def _placeholder(option: Argument) -> str:
    """Return what a value is called: the word that its help begins with, where that is one such as SERVICE=IMAGE."""
    first = (option.help or "").split(":")[0]
    return first if first.isupper() else option.name.upper().replace("-", "_")
