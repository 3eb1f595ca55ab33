"""How Sphinx makes the documentation: the pages of the root and of docs/, and the pages anywhere that they link to.

The source folder is the root of the repository, so that links to what lies beside docs/ hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from os.path import relpath
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]
_LINKED = re.compile(r"\]\((?P<page>[^):#]+\.md)[)#]")


def linked_pages(page: Path) -> Iterator[str]:
    """The Markdown pages that one links to, in their order, as paths from the root."""
    for match in _LINKED.finditer(page.read_text(encoding="utf-8")):
        yield relpath(page.parent / match["page"], ROOT)


project = "nianbao"
root_doc = "docs/index"
_own = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
include_patterns = sorted(
    {str(page.relative_to(ROOT)) for page in _own} | {p for own in _own for p in linked_pages(own)}
)
exclude_patterns = [".*", "build", "var"]
extensions = ["myst_parser"]
myst_heading_anchors = 4
highlight_language = "text"
html_theme = "furo"
html_title = "nianbao"
html_copy_source = False


def add_contents(_app: Sphinx, page: str, source: list[str]) -> None:
    """Give the index the tree of contents: the pages in the order of its links, then all others."""
    if page == root_doc:
        pages = dict.fromkeys([*linked_pages(ROOT / f"{root_doc}.md"), *include_patterns])
        names = "\n".join(f"/{name.removesuffix('.md')}" for name in pages if name != f"{root_doc}.md")
        source[0] += f"\n```{{toctree}}\n:hidden:\n:maxdepth: 1\n\n{names}\n```\n"


def setup(app: Sphinx) -> None:
    """Register what the pages need before they are read."""
    app.connect("source-read", add_contents)
