"""Every screen of the app, once. Decides section, order, icon and the permission to open it.

To add a screen: write `app/screens/<key>.py` with `draw() -> None`, put its texts into
`app/locale/<key>.{en,zh}.json`, and add one line below. Its name in the menu is `nav.<key>`
(`app/locale/shell.*.json`), its address `/<key>`. The menu, the rights test and the browser tests
walk this table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.screens import (
    approvals,
    catalog,
    forecasts,
    imports,
    jobs,
    notebooks,
    orders,
    overview,
    people,
    purchases,
    replay,
    replenish,
    settings,
    stock,
)
from inventory_core.office.actors import Permission
from inventory_core.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen: its key is address and menu name; its permission opens it."""

    key: str
    section: str
    icon: str
    permission: Permission
    draw: Callable[[], None]


SCREENS: tuple[Screen, ...] = (
    Screen("overview", "decide", ":material/monitoring:", Permission.VIEW, overview.draw),
    Screen("replenish", "decide", ":material/shopping_cart:", Permission.COST_VIEW, replenish.draw),
    Screen("approvals", "decide", ":material/task_alt:", Permission.COST_VIEW, approvals.draw),
    Screen("stock", "operate", ":material/inventory_2:", Permission.VIEW, stock.draw),
    Screen("orders", "operate", ":material/receipt_long:", Permission.VIEW, orders.draw),
    Screen("purchases", "operate", ":material/local_shipping:", Permission.VIEW, purchases.draw),
    Screen("catalog", "set_up", ":material/category:", Permission.VIEW, catalog.draw),
    Screen("import", "operate", ":material/upload_file:", Permission.DATA_IMPORT, imports.draw),
    Screen("forecasts", "decide", ":material/show_chart:", Permission.VIEW, forecasts.draw),
    Screen("replay", "decide", ":material/replay:", Permission.COST_VIEW, replay.draw),
    Screen("notebooks", "decide", ":material/book:", Permission.COST_VIEW, notebooks.draw),
    Screen("jobs", "set_up", ":material/schedule:", Permission.VIEW, jobs.draw),
    Screen("people", "set_up", ":material/group:", Permission.PEOPLE_MANAGE, people.draw),
    Screen("settings", "set_up", ":material/settings:", Permission.VIEW, settings.draw),
)
SECTIONS = ("decide", "operate", "set_up")
# Where a day begins, by role; of several roles the first one in this table. All others: Overview.
FIRST_SCREENS: Mapping[Role, str] = {
    Role.OWNER: "overview",
    Role.MANAGER: "overview",
    Role.BUYER: "replenish",
    Role.ANALYST: "forecasts",
}


def first_screen(roles: frozenset[Role]) -> str:
    """Where a person with these roles begins."""
    return next((key for role, key in FIRST_SCREENS.items() if role in roles), "overview")
