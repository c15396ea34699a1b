"""A site is called one way: by name and code where there is room."""

from dataclasses import replace

from app.sites import site_label, site_pills
from app.widgets_scope import Choice
from inventory_core.catalog.locations import Warehouse
from inventory_core.vocabulary import Authority, WarehouseId, WarehouseKind

HUB = Warehouse(
    id=WarehouseId(7),
    code="SZ-HUB",
    name="Hub Shenzhen",
    kind=WarehouseKind.OWN,
    authority=Authority.OURS,
    country="CN",
    time_zone="Asia/Shanghai",
    cost_pool_id=1,
    priority=1,
    active=True,
    customs_region=None,
    version=1,
)


def test_a_name_stands_before_its_code_and_a_name_that_spells_the_code_is_not_said_twice() -> None:
    assert site_label(HUB) == "Hub Shenzhen (SZ-HUB)"
    assert site_label(replace(HUB, code="FBA-US", name="FBA US")) == "FBA-US"
    assert site_label(replace(HUB, name="")) == "SZ-HUB"


def test_pills_have_room_for_codes_alone_and_a_box_for_the_name_too() -> None:
    assert list(site_pills([HUB]).items())[1:] == [("7", Choice("SZ-HUB", site_label(HUB)))]
