"""Shared by all tests: the renderer's package is importable as ``render``, from any folder of tests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
