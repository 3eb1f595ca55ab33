"""The browser of these tests: without one they are skipped and say what to do, except in CI, where they must run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import INSTALL, Browser, missing

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A headless Chromium for the session; in CI it is installed where it is missing."""
    if missing() and os.environ.get("CI"):
        subprocess.run([ROOT / INSTALL], check=True)
    if reason := missing():
        pytest.skip(reason)
    found = Browser(tmp_path_factory.mktemp("chromium"))
    yield found
    found.quit()
