"""Settings of an installation: defaults, overridden by environment variables that start with ``NIANBAO_``."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from extract.archive import Place
from extract.web.address import AddressGuard
from extract.web.answer import FetchLimits
from extract.web.crawler import Manners
from flows.errors import UserError
from flows.suspicion import Thresholds
from load.lake_address import Database, Lake, lake_at

NIGHTLY_CRON = "30 2 * * *"
"""Every night at 02:30, in the time zone of the settings."""


def _storage(value: str | None) -> str | None:
    if value is not None and "://" not in value:
        raise ValueError(f"{value!r} is no address of object storage such as s3://bucket/prefix")
    return value


def _lake(value: object) -> object:
    return lake_at(value) if isinstance(value, str) else value


class Settings(BaseSettings):
    """What can be set: each field from ``NIANBAO_<FIELD>`` (``NIANBAO_HOME``, ``NIANBAO_CONTACT``, ...).

    ``home`` holds everything that a run writes, except the warehouse where ``lake`` (NIANBAO_WAREHOUSE, an address of
    :mod:`load.lake_address`) names a place for it, and the fetched bytes where ``archive_storage``
    (``s3://bucket/prefix``) does; ``sources`` is the registry (None: the one that is shipped), whose relative addresses
    are joined to ``base_url``, and of whose hosts only a ``share`` such as ``2/4`` is asked (None: all).  Times are in
    seconds, sizes in bytes; ``workers`` hosts are asked at once, each with a pause of ``delay``, and ``batch`` towns
    are loaded together.  ``hosts`` sends a host to a fixed ``address:port``; ``private_hosts`` may lie inside the
    operator's own network, as may that of ``base_url``.  ``breaker`` failures in a row end the asking of a host;
    ``max_requests`` and ``max_megabytes`` that of a run.
    A night that was cut off goes on within ``resume_hours``; ``least_pages``, ``most_hosts_gone`` and ``most_worse``
    are the thresholds of :class:`flows.suspicion.Thresholds`; ``notify_url`` is told of a night that failed.
    ``memory_megabytes`` is what DuckDB may hold of databases that are rebuilt or compared; the rest waits in files.
    ``concurrency`` sets numbers of ``data/limits.toml`` by name.
    """

    model_config = SettingsConfigDict(env_prefix="NIANBAO_", frozen=True, validate_by_name=True)

    home: Path = Path("var")
    lake: Annotated[Lake | None, NoDecode, BeforeValidator(_lake)] = Field(
        default=None, validation_alias="NIANBAO_WAREHOUSE"
    )
    archive_storage: Annotated[str | None, AfterValidator(_storage)] = None
    sources: Path | None = None
    base_url: str | None = None
    share: str | None = Field(default=None, pattern=r"^[1-9][0-9]*/[1-9][0-9]*$")
    contact: str = "no contact set"
    user_agent: str | None = None
    connect_timeout: float = Field(default=10.0, gt=0)
    read_timeout: float = Field(default=30.0, gt=0)
    total_timeout: float = Field(default=120.0, gt=0)
    max_bytes: int = Field(default=20_000_000, gt=0)
    attempts: int = Field(default=3, ge=1)
    backoff: float = Field(default=1.0, ge=0)
    delay: float = Field(default=1.0, ge=0)
    breaker: int = Field(default=5, ge=1)
    max_requests: int | None = Field(default=None, ge=0)
    max_megabytes: int | None = Field(default=None, ge=0)
    hosts: dict[str, str] = Field(default_factory=dict)
    private_hosts: frozenset[str] = frozenset()
    workers: int = Field(default=16, ge=1)
    batch: int = Field(default=200, ge=1)
    resume_hours: float = Field(default=20.0, ge=0)
    least_pages: float = Field(default=0.8, ge=0)
    most_hosts_gone: int = Field(default=0, ge=0)
    most_worse: float = Field(default=0.02, ge=0)
    notify_url: str | None = None
    memory_megabytes: int = Field(default=256, ge=128)
    concurrency: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    timezone: str = "Asia/Shanghai"
    cron: str = NIGHTLY_CRON
    prefect_port: int = Field(default=4213, ge=1, le=65535)

    @property
    def archive(self) -> Path:
        """The folder of the kept bytes, or of those that are not in the storage yet."""
        return self.home / "archive"

    @property
    def archive_place(self) -> Place:
        """Where the kept bytes are: the folder, and the storage behind it, if any."""
        return Place(self.archive, self.archive_storage)

    @property
    def warehouse(self) -> Database:
        """The lake, or the DuckDB file, that runs write; analysts open :attr:`published`."""
        return self.lake or self.home / "working.duckdb"

    @property
    def published(self) -> Database:
        """What analysts open: the lake, or a DuckDB file that is a finished copy, replaced whole after each run."""
        return self.lake or self.home / "nianbao.duckdb"

    @property
    def agent(self) -> str:
        """The User-Agent header: program, version and contact, unless ``user_agent`` says otherwise."""
        return self.user_agent or f"nianbao/{_version()} (annual report reader; {self.contact})"

    @property
    def limits(self) -> FetchLimits:
        """The limits of one request."""
        return FetchLimits(
            connect_timeout=self.connect_timeout,
            read_timeout=self.read_timeout,
            total_timeout=self.total_timeout,
            max_bytes=self.max_bytes,
            attempts=self.attempts,
            backoff=self.backoff,
        )

    @property
    def own_hosts(self) -> frozenset[str]:
        """The hosts that the operator has allowed by name: those with a fixed or a private address, the base's."""
        base = urlsplit(self.base_url or "").hostname
        return self.private_hosts | self.hosts.keys() | ({base} if base else set())

    @property
    def thresholds(self) -> Thresholds:
        """How much worse than the last night is suspicious."""
        return Thresholds(self.least_pages, self.most_hosts_gone, self.most_worse)

    @property
    def manners(self) -> Manners:
        """How hosts are asked."""
        return Manners(
            agent=self.agent,
            limits=self.limits,
            guard=AddressGuard(self.hosts, self.own_hosts - self.hosts.keys()),
            delay=self.delay,
            breaker=self.breaker,
            workers=self.workers,
            requests=self.max_requests,
            megabytes=self.max_megabytes,
        )


def _version() -> str:
    try:
        return metadata.version("nianbao")
    except metadata.PackageNotFoundError:
        return "uninstalled"


def load_settings() -> Settings:
    """The settings of this process; a value that makes no sense raises :class:`UserError` naming its variable."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        variable = f"NIANBAO_{'_'.join(map(str, first['loc'])).upper().removeprefix('NIANBAO_')}"
        raise UserError(f"{variable}: {first['msg']}") from None
