"""What is done beside the requests: again and again, whatever happens, and once more at the end."""

from __future__ import annotations

import threading

import pytest

from capture.base.feature import Job
from capture.base.periodic import Periodic
from capture.base.unavailable import Unavailable


@pytest.mark.parametrize("trouble", [Unavailable("gone"), RuntimeError("a bug")])
def test_no_trouble_ends_it(trouble: Exception, caplog: pytest.LogCaptureFixture) -> None:
    often = threading.Event()
    calls = []

    def act() -> None:
        calls.append(1)
        if len(calls) == 3:
            often.set()
        raise trouble

    regular = Periodic(Job("counting", 0.01, act))
    regular.start()
    assert often.wait(20)
    regular.end()
    assert "counting" in caplog.text


def test_the_first_and_the_last_time() -> None:
    calls: list[str] = []
    begun = threading.Event()

    def act() -> None:
        calls.append("")
        begun.set()

    lazy = Periodic(Job("lazy", 600, act))
    lazy.start()
    lazy.end()
    assert calls == []
    eager = Periodic(Job("eager", 600, act, at_once=True, at_end=True))
    eager.start()
    assert begun.wait(20)
    eager.end()
    assert len(calls) == 2
