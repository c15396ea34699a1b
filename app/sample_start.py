"""Brings the sample company in at the first start. Decides when; the simulator decides what.

The company is played into a database under a passing name, which takes its real name when all is
played and planned; a start that was killed in the middle finds nothing half and plays again.
"""

from inventory_core.db.companies import (
    OWN_COMPANY,
    SAMPLE_COMPANY,
    list_companies,
)
from inventory_core.db.server import Server
from inventory_core.settings import Settings

_MARK = "sample-decided"


def wants_sample(server: Server, settings: Settings) -> bool:
    """Whether this is the first start: no sample yet, and nobody has removed one."""
    if (settings.data_folder / _MARK).exists():
        return False
    return set(list_companies(server)) <= {OWN_COMPANY}


def bring_sample(server: Server, settings: Settings, language: str) -> None:
    """Play the sample company with progress on the terminal and open it as the current one."""
    raise NotImplementedError(SAMPLE_COMPANY)
