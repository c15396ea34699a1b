"""Registers a model from an analyst's own notebook. Decides that an unattended run may not.

The analyst sits at the machine and acts as the program, as on the terminal; a notebook that the
runner executes was perhaps asked for by somebody without that right and is refused.
"""

import os

from inventory_core.clock import new_id, utc_now
from inventory_core.db.companies import current_company, open_company
from inventory_core.db.engine import Database
from inventory_core.db.server import open_server
from inventory_core.errors import Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.own_models import NewOwnModel, OwnModel, register_own_model
from inventory_core.settings import load_settings
from jobs.notebooks import UNATTENDED

# Names one company's database directly, like the reader's `YIBEN_BOOK_URL`.
DESK_VARIABLE = "YIBEN_DESK_URL"


def register_here(new: NewOwnModel, company: str = "") -> OwnModel:
    """Make a checked model active in the company that the program opened last."""
    if os.environ.get(UNATTENDED):
        raise Refused("own_model_unattended", name=new.name)
    key, now = str(new_id()), utc_now()
    desk = _open_desk(company)
    try:
        return desk.write(lambda tx: register_own_model(tx, SYSTEM, new, key=key, now=now))
    finally:
        desk.dispose()


def _open_desk(company: str) -> Database:
    address = os.environ.get(DESK_VARIABLE, "")
    if address:
        return Database(address, name="notebook")
    settings = load_settings()
    slug = current_company(settings.data_folder, company or settings.company)
    return open_company(open_server(settings), slug)
