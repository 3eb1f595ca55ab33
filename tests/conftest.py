"""Shared by all tests: the packages ``render`` and ``web`` can be imported from any folder of tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from web.server import Web, serving


@pytest.fixture
def web() -> Iterator[Web]:
    """A running web server with virtual hosts, which a test fills with pages."""
    with serving() as server:
        yield server
