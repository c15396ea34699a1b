"""The next free port is found, and the taken one is explained."""

import os
import socket

import pytest

from app.ports import answers, free_port
from inventory_core.errors import Unavailable


def test_a_taken_port_is_named_with_its_holder_and_the_next_one_is_used() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told: list[tuple[int, str]] = []
        found = free_port("127.0.0.1", port, on_taken=lambda p, by: told.append((p, by)))
        assert found > port
        assert told[0][0] == port
        if os.path.exists("/proc/net/tcp"):
            assert str(os.getpid()) in told[0][1]
        assert answers("127.0.0.1", port)
    assert not answers("127.0.0.1", port)


def test_when_all_are_taken_the_range_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr("app.ports.MOST_PORTS", 1)
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable) as failure:
            free_port("127.0.0.1", port, on_taken=lambda p, by: None)
        assert failure.value.params["first"] == str(port)
