"""What several commands take: the registry, the home folder, formats, and the settings that these make."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flows.settings import Settings

Sources = Annotated[Path | None, typer.Option(help="Registry to use instead of the one in the settings.")]
Home = Annotated[Path | None, typer.Option(help="Folder for all that a run writes; NIANBAO_HOME, or var, by default.")]
BaseUrl = Annotated[str | None, typer.Option(help="What relative addresses of the registry are joined to.")]
Database = Annotated[Path | None, typer.Option(help="DuckDB file; the published one by default.")]


class RowFormat(StrEnum):
    """How the rows of an answer are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def new_app() -> typer.Typer:
    """Commands of one kind, to be put together by ``flows.cli``."""
    return typer.Typer(rich_markup_mode=None)


def settings_of(sources: Path | None = None, base_url: str | None = None, home: Path | None = None) -> Settings:
    """The settings of the environment, with what a command was given."""
    from flows.settings import load_settings

    given = {"sources": sources, "base_url": base_url, "home": home}
    return load_settings().model_copy(update={name: value for name, value in given.items() if value is not None})
