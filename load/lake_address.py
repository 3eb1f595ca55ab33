"""Where a lakehouse lies: ``ducklake:CATALOGUE?data=PLACE``, with ``version=N`` or ``at=TIME`` for how it once was."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

SCHEME = "ducklake:"
_PARTS = re.compile(r"(?P<catalogue>.*?)(?:\?(?P<options>(?:data|version|at)=.*))?", re.DOTALL)
_KIND = re.compile(r"(?P<kind>[a-z0-9]+):(?P<where>.*)", re.DOTALL)
_PASSWORD = re.compile(r"password\s*=|://[^/@]*:[^/@]*@", re.IGNORECASE)
_OPTIONS = ("data", "version", "at")


class LakeAddressError(ValueError):
    """An address that names no lakehouse; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Lake:
    """A DuckLake; its ``catalogue`` is in PostgreSQL (``postgres:…``), SQLite (``sqlite:PATH``) or DuckDB (``PATH``).

    ``data`` is the folder, or ``s3://bucket/prefix``, of its Parquet files; the catalogue knows it once it is made.
    ``version`` (a snapshot's number) or ``at`` (aware) name the lake as it was: then it can only be read.
    """

    catalogue: str
    data: str | None = None
    version: int | None = None
    at: datetime | None = None

    @property
    def is_past(self) -> bool:
        """Whether this is the lake as it once was."""
        return self.version is not None or self.at is not None

    @property
    def in_postgres(self) -> bool:
        """Whether the catalogue is in PostgreSQL."""
        return self.catalogue.startswith("postgres:")

    @property
    def file(self) -> Path | None:
        """The file of the catalogue, None where it is in PostgreSQL."""
        return None if self.in_postgres else Path(self.catalogue.removeprefix("sqlite:"))

    def __str__(self) -> str:
        """The address, from which :func:`lake_at` gives this lake again."""
        given = {"data": self.data, "version": self.version, "at": self.at and self.at.isoformat()}
        options = "&".join(f"{name}={value}" for name, value in given.items() if value is not None)
        return f"{SCHEME}{self.catalogue}{'?' if options else ''}{options}"


Database = Path | Lake
"""A warehouse: one DuckDB file, or a lakehouse."""


def database_at(text: str | Path) -> Database:
    """The DuckDB file, or the lakehouse, that a text names; raises :class:`LakeAddressError`."""
    return lake_at(text) if isinstance(text, str) and text.startswith(SCHEME) else Path(text)


def lake_at(address: str) -> Lake:
    """The lakehouse of an address; raises :class:`LakeAddressError`."""
    parts = _PARTS.fullmatch(address.removeprefix(SCHEME))
    if not address.startswith(SCHEME) or parts is None or not parts["catalogue"]:
        raise LakeAddressError(f"{address!r} is no address of a lake: ducklake:CATALOGUE?data=FOLDER")
    if _PASSWORD.search(address):
        raise LakeAddressError("the address of a lake holds a password: give it as PGPASSWORD, or in ~/.pgpass")
    options = _options(parts["options"])
    if "version" in options and "at" in options:
        raise LakeAddressError(f"{address}: names both a version and a time; give one of them")
    version = options.get("version")
    if version is not None and not version.isdecimal():
        raise LakeAddressError(f"{address}: version={version} is no number of a snapshot")
    data = options.get("data")
    return Lake(
        _catalogue(parts["catalogue"]),
        data if data is None or "://" in data else str(Path(data).resolve()),
        None if version is None else int(version),
        _moment(options["at"]) if "at" in options else None,
    )


def _options(text: str | None) -> dict[str, str]:
    options: dict[str, str] = {}
    for part in (text or "").split("&") if text else ():
        name, _, value = part.partition("=")
        if name not in _OPTIONS or not value or name in options:
            raise LakeAddressError(f"{part!r} in the address of a lake: only one each of data=, version= and at=")
        options[name] = value
    return options


def _catalogue(text: str) -> str:
    kind = _KIND.fullmatch(text)
    if kind is None:
        return str(Path(text).resolve())
    if kind["kind"] == "sqlite" and kind["where"]:
        return f"sqlite:{Path(kind['where']).resolve()}"
    if kind["kind"] != "postgres":
        raise LakeAddressError(f"a catalogue in {kind['kind']!r} is not known: postgres:…, sqlite:PATH or a path")
    return text


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise LakeAddressError(f"at={text}: no time such as 2026-11-28T12:00 (UTC)") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
