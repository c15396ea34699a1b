"""The company's data for a notebook: one read-only door. Decides which company is opened.

`YIBEN_BOOK_URL` names one company's database directly; otherwise the company that the program
opened last, with the reader's rights, so that no cell can change anything.
"""

import os

from inventory_core.db.companies import current_company, open_company
from inventory_core.db.engine import Database
from inventory_core.db.server import DatabaseRole, open_server
from inventory_core.settings import load_settings

BOOK_VARIABLE = "YIBEN_BOOK_URL"


def open_book(company: str = "") -> Database:
    """The database of the company to look at."""
    address = os.environ.get(BOOK_VARIABLE, "")
    if address:
        return Database(address, name="notebook")
    settings = load_settings()
    slug = current_company(settings.data_folder, company or settings.company)
    return open_company(open_server(settings), slug, DatabaseRole.READER)
