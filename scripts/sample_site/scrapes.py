"""Reports as the plain texts that crawlers make of pages: the shapes S1 to S4 and Markdown."""

from __future__ import annotations

from sample_site.tables import Table, grid


def _covered(table: Table) -> list[int]:
    return [len(slots) - len(row) for row, slots in zip(table, grid(table), strict=True)]


def pipe_table(table: Table) -> str:
    """S1: a row on a line, only the cells that begin there, stray pipes at the end for every slot that is covered."""
    lines = []
    for row, covered in zip(table, _covered(table), strict=True):
        line = " | ".join(cell.text.partition("\n")[0] for cell in row) + " |"
        lines.append(line + (" " + "|" * covered if covered else ""))
    return "\n".join([*lines[:-1], lines[-1].rstrip(" |") + " |"])


def cell_pipe_table(table: Table) -> str:
    """S2: a cell on a line, ended by a pipe; covered slots as a run of pipes."""
    lines = []
    for row, covered in zip(table, _covered(table), strict=True):
        lines += [f"{cell.text} |" for cell in row]
        if covered:
            lines.append("|" * covered)
    return "\n".join(lines)


def lone_pipe_table(table: Table) -> str:
    """S3: a cell on a line, a lone pipe on the next."""
    return "\n".join(f"{cell.text}\n|" for row in table for cell in row)


def lines_table(table: Table) -> str:
    """S4: a cell on a line, blank lines between; a line break inside a cell makes two such lines."""
    return "\n\n".join(part for row in table for cell in row for part in cell.text.split("\n"))


def markdown_table(table: Table) -> str:
    """A pipe table of Markdown: every slot has its place, covered slots are empty."""
    rows = [[(text or "").replace("\n", "<br>") for text in slots] for slots in grid(table)]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


WRITERS = {
    "pipe": pipe_table,
    "cell_pipe": cell_pipe_table,
    "lone_pipe": lone_pipe_table,
    "lines": lines_table,
    "markdown": markdown_table,
}
