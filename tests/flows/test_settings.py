from __future__ import annotations

from pathlib import Path

import pytest

from flows.errors import UserError
from flows.lock import RunInProgressError, single_run
from flows.settings import NIGHTLY_CRON, Settings, load_settings


def test_the_environment_overrides_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIANBAO_HOME", "/srv/nianbao")
    monkeypatch.setenv("NIANBAO_CONTACT", "mail@example.org")
    settings = load_settings()
    assert settings.published == Path("/srv/nianbao/nianbao.duckdb")
    assert "mail@example.org" in settings.agent


def test_a_value_that_makes_no_sense_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIANBAO_MAX_BYTES", "plenty")
    with pytest.raises(UserError, match=r"^NIANBAO_MAX_BYTES: "):
        load_settings()


def test_readers_and_writers_use_different_files() -> None:
    assert Settings().published != Settings().warehouse


def test_the_night_begins_at_half_past_two_in_shanghai() -> None:
    assert (NIGHTLY_CRON, Settings().cron, Settings().timezone) == ("30 2 * * *", "30 2 * * *", "Asia/Shanghai")


def test_a_second_run_is_refused_and_the_next_is_not(tmp_path: Path) -> None:
    with single_run(tmp_path), pytest.raises(RunInProgressError, match="another run"), single_run(tmp_path):
        pass
    with single_run(tmp_path):
        pass
