"""What takes long the first time says so; what is as quick as usual says nothing."""

import time

import pytest

from homeward.app import slow


def test_what_takes_long_says_so_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(slow, "SLOW_S", 0.02)
    slow._tell.cache_clear()
    for _ in range(2):
        with slow.told_if_slow():
            for _ in range(500):
                time.sleep(0.01)
                if slow._tell.cache_info().currsize:
                    break
    assert capsys.readouterr().err.count("compiles") == 1


def test_what_is_quick_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    slow._tell.cache_clear()
    with slow.told_if_slow():
        pass
    assert not capsys.readouterr().err
