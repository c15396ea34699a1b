"""The words of the trade. Decides one name per thing, as types and closed lists; computes nothing.

SKU             the unit we stock and count           商品编码
listing         a channel's offer of a SKU            刊登
location        any place, virtual ones included      位置
lot / serial    units made together / one unit        批次 / 序列号
movement        quantity from one location to another 库存流水
on_hand         physically in a warehouse             在库
reserved        promised to orders, not yet shipped   预占
held            present but not sellable              冻结
available       on_hand - reserved - held             可售
in_transit      moving towards one of our warehouses  在途
on_order        ordered from suppliers, not received  已订未到
inventory position  on_hand - held + on_order + inbound transfers - reserved - backorders  库存头寸
lead time       order to available, in days           采购提前期
protection interval  lead time + review period        保护期
stock-out / censored day  nothing available; sales are only a lower bound of demand  缺货 / 截尾日
class           by what a SKU earns (ABC) and how regularly it sells (XYZ)  分类
sale pause      days on which a channel did not sell a SKU that was there  停售时段
"""

from enum import StrEnum
from typing import NewType

SkuId = NewType("SkuId", int)
LocationId = NewType("LocationId", int)
WarehouseId = NewType("WarehouseId", int)
LotId = NewType("LotId", int)
SupplierId = NewType("SupplierId", int)
OfferId = NewType("OfferId", int)
PersonId = NewType("PersonId", int)
OperationId = NewType("OperationId", int)

NO_LOT = LotId(0)
NO_OWNER = SupplierId(0)


class LocationKind(StrEnum):
    """What a place is; the last five are virtual and may hold less than nothing."""

    COMPANY = "company"
    WAREHOUSE = "warehouse"
    ZONE = "zone"
    RACK = "rack"
    BIN = "bin"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    IN_TRANSIT = "in_transit"
    SCRAP = "scrap"
    COUNT_DIFFERENCE = "count_difference"


class WarehouseKind(StrEnum):
    """Who runs a warehouse and how it is told to us."""

    OWN = "own"
    OVERSEAS = "overseas"
    THIRD_PARTY = "3pl"
    FBA = "fba"


class Authority(StrEnum):
    """Who counts: we do, or an operator reports and differences are posted."""

    OURS = "ours"
    REPORTED = "reported"


class Condition(StrEnum):
    """State of the goods; everything but good is held."""

    GOOD = "good"
    INSPECTION = "inspection"
    DAMAGED = "damaged"
    QUARANTINE = "quarantine"
    RESEARCHING = "researching"


class OperationKind(StrEnum):
    """Why the book changed."""

    OPENING = "opening"
    RECEIPT = "receipt"
    SHIPMENT = "shipment"
    RETURN = "return"
    TRANSFER_OUT = "transfer_out"
    TRANSFER_IN = "transfer_in"
    ADJUSTMENT = "adjustment"
    COUNT = "count"
    MOVE = "move"
    HOLD = "hold"
    UNHOLD = "unhold"
    SCRAP = "scrap"
    RESERVE = "reserve"
    RELEASE = "release"
    REVALUE = "revalue"
    REVERSAL = "reversal"


class ReservationState(StrEnum):
    """A promise, from made to kept or dropped; forward only."""

    PENDING = "pending"
    FIRM = "firm"
    PICKED = "picked"
    SHIPPED = "shipped"
    RELEASED = "released"
    EXPIRED = "expired"
    SHORT = "short"


class PurchaseOrderState(StrEnum):
    """Life of a purchase order; what is received is read from its receipts."""

    DRAFT = "draft"
    SENT = "sent"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class TransferState(StrEnum):
    """Life of a transfer between two warehouses."""

    PLANNED = "planned"
    SHIPPED = "shipped"
    ARRIVED = "arrived"
    CANCELLED = "cancelled"


class SuggestionKind(StrEnum):
    """What is proposed."""

    BUY = "buy"
    TRANSFER = "transfer"


class PlanLimitKind(StrEnum):
    """What the suggestions of a plan share."""

    BUDGET = "budget"
    CONTAINER = "container"


class SuggestionState(StrEnum):
    """Life of a suggestion; one open per SKU and warehouse."""

    OPEN = "open"
    NEEDS_SUPPLIER = "needs_supplier"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ReleaseState(StrEnum):
    """Where a trained model stands; the champion's forecasts are planned with."""

    CHAMPION = "champion"
    CHALLENGER = "challenger"
    RETIRED = "retired"
    ROLLED_BACK = "rolled_back"


class OverrideReason(StrEnum):
    """Why a person changes a forecast: what the history cannot know."""

    CAMPAIGN = "campaign"
    PRICE_CHANGE = "price_change"
    EVENT = "event"
    COMPETITOR = "competitor"
    LISTING = "listing"
    LARGE_ORDER = "large_order"
    MARKET_TREND = "market_trend"
    JUDGEMENT = "judgement"


class ForecastGrain(StrEnum):
    """By what forecasts of SKUs at warehouses are added up."""

    CHANNEL = "channel"
    MARKET = "market"
    CATEGORY = "category"
    COMPANY = "company"


class AlarmKind(StrEnum):
    """What is wrong with forecasts that were published: they lean, or they are too sure."""

    TRACKING = "tracking"
    BIAS = "bias"
    COVERAGE = "coverage"


class ApprovalState(StrEnum):
    """Life of an approval."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    UNDONE = "undone"


class ShipMethod(StrEnum):
    """How goods travel on a leg."""

    SEA = "sea"
    AIR = "air"
    EXPRESS = "express"
    RAIL = "rail"
    TRUCK = "truck"


class LegKind(StrEnum):
    """One part of the way from order to shelf, in the order in which goods pass them."""

    PRODUCTION = "production"
    QUALITY = "quality"
    BOOKING = "booking"
    TRANSPORT = "transport"
    CUSTOMS = "customs"
    CHECK_IN = "check_in"


class Milestone(StrEnum):
    """What a person sees happen on the way, in order; the receipt is the end of it."""

    MADE = "made"
    LEFT_FACTORY = "left_factory"
    DEPARTED = "departed"
    AT_PORT = "at_port"
    CLEARED = "cleared"


class SaleEventKind(StrEnum):
    """A sale that moves demand: a known one by its name, or one of the company's own."""

    PRIME_DAY = "prime_day"
    BLACK_FRIDAY = "black_friday"
    SINGLES_DAY = "singles_day"
    OWN = "own"


class PauseReason(StrEnum):
    """Why a channel did not sell a SKU that was there."""

    SUSPENDED = "suspended"
    BUY_BOX_LOST = "buy_box_lost"
    TAKEN_DOWN = "taken_down"
    OTHER = "other"


class CostMethod(StrEnum):
    """How issues are valued."""

    MOVING_AVERAGE = "moving_average"
    FIFO = "fifo"


class OrderRule(StrEnum):
    """How much is ordered: up to the promised service level, or what costs least."""

    SERVICE_LEVEL = "service_level"
    LEAST_COST = "least_cost"


class Language(StrEnum):
    """Languages in which every text exists."""

    ZH = "zh"
    EN = "en"


class Role(StrEnum):
    """What a person is in the company; a person may have several."""

    OWNER = "owner"
    MANAGER = "manager"
    BUYER = "buyer"
    WAREHOUSE = "warehouse"
    ANALYST = "analyst"
    READER = "reader"
