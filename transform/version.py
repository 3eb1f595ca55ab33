"""Which program read a report: the version of the package, and a fingerprint of the form files it read by."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import metadata, resources


@lru_cache(maxsize=1)
def forms_fingerprint() -> str:
    """The first eight hexadecimal digits of the SHA-256 over names and contents of ``data/forms/*.toml``."""
    digest = hashlib.sha256()
    folder = resources.files("data").joinpath("forms")
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            content = entry.read_bytes()
            digest.update(f"{entry.name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()[:8]


@lru_cache(maxsize=1)
def parser_version() -> str:
    """The version that is stored with each report, such as ``0.1.0+forms.3f2a9c01``; any edit of a form changes it.

    A checkout that is not installed has no version of its own and says ``uninstalled``.
    """
    try:
        package = metadata.version("nianbao")
    except metadata.PackageNotFoundError:
        package = "uninstalled"
    return f"{package}+forms.{forms_fingerprint()}"
