"""What several commands take: the registry, the home folder, formats, and the settings that these make."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.errors import UserError

if TYPE_CHECKING:
    from flows.settings import Settings
    from load.lake_address import Lake

Sources = Annotated[Path | None, typer.Option(help="Registry to use instead of the one in the settings.")]
Home = Annotated[Path | None, typer.Option(help="Folder for all that a run writes; NIANBAO_HOME, or var, by default.")]
BaseUrl = Annotated[str | None, typer.Option(help="What relative addresses of the registry are joined to.")]
Database = Annotated[
    str | None,
    typer.Option(metavar="FILE_OR_LAKE", help="DuckDB file or ducklake: address; the published one by default."),
]


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


def published_or(named: str | None, settings: Settings) -> Path | Lake:
    """The database that a command names, else the published one."""
    return settings.published if named is None else database_named(named)


def database_named(text: str) -> Path | Lake:
    """The DuckDB file or the lake that a command names; raises :class:`UserError` for an address of no lake."""
    from load.lake_address import LakeAddressError, database_at

    try:
        return database_at(text)
    except LakeAddressError as error:
        raise UserError(str(error)) from None
