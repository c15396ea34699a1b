"""Kill -9 under load: every answered write is there afterwards, exactly once, and nothing else."""

import pytest

from tests.journeys.killing import Campaign, ServerFolder

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(False, id="postmaster", marks=pytest.mark.slow),
        pytest.param(True, id="every process"),
    ],
)
def test_no_answered_write_is_lost_when_the_server_is_killed(
    server_folder: ServerFolder, whole: bool
) -> None:
    campaign = Campaign(server_folder, writers=8)
    campaign.run(kills=2, whole=whole)
    campaign.check()
