"""Whether the sample company is wanted at a start. Decides no more; `sample_play` plays."""

from inventory_core.db.companies import OWN_COMPANY, list_companies
from inventory_core.db.server import Server
from inventory_core.settings import Settings

_MARK = "sample-decided"


def wants_sample(server: Server, settings: Settings) -> bool:
    """Whether this is the first start: no company but one's own, and no sample was removed."""
    if (settings.data_folder / _MARK).exists():
        return False
    return set(list_companies(server)) <= {OWN_COMPANY}


def decide_sample(settings: Settings) -> None:
    """No later start plays the sample company by itself."""
    (settings.data_folder / _MARK).touch(mode=0o600)
