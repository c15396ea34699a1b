"""Campaigns run only when they are asked for: `make campaign`."""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--campaign"):
        return
    for item in items:
        if "campaign" in item.path.parts:
            item.add_marker(pytest.mark.skip(reason="asked for by --campaign"))
