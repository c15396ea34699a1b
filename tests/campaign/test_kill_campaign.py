"""The long form of the kill journey: a hundred kills, half of them of every process."""

import pytest

from tests.journeys.conftest import server_folder
from tests.journeys.killing import Campaign, ServerFolder

__all__ = ["server_folder"]


@pytest.mark.parametrize("round_number", range(5))
@pytest.mark.parametrize("whole", [False, True], ids=["postmaster", "every process"])
def test_a_hundred_kills_lose_nothing(
    server_folder: ServerFolder,
    whole: bool,
    round_number: int,
) -> None:
    campaign = Campaign(server_folder, writers=8, seed=round_number)
    campaign.run(kills=10, whole=whole)
    campaign.check()
    assert max(campaign.back_within) < 60
