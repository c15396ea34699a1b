"""What the words of a channel's export say of an order: cancelled, voided, refunded, shipped.

Every channel has its own. Shopify writes Financial Status, Fulfillment Status and Cancelled at once
per order, Amazon order-status and item-status on every line, Walmart Status, WooCommerce one status
for payment and shipping together. Decides what a word says; what follows from it is decided in
`sales_statements`. An unknown word says nothing, and a request to cancel is no cancelling.
"""

import re
import unicodedata
from enum import StrEnum


class Said(StrEnum):
    """What one cell says; `OTHER` where it says something that decides nothing here."""

    CANCELLED = "cancelled"
    VOIDED = "voided"
    REFUNDED = "refunded"
    SHIPPED = "shipped"
    PARTLY = "partly"
    UNSHIPPED = "unshipped"
    STOCK = "stock"
    OTHER = "other"


ONCE_PER_ORDER = (
    "order_status",
    "payment_status",
    "fulfilment_status",
    "cancelled_at",
    "cancel_reason",
)
STATE_COLUMNS = (*ONCE_PER_ORDER, "line_status")

_IGNORED = re.compile(r"[\s_\-:：()（）.,，/'’]+")
# In this order; of a line's own words, "Shipped - Returned to Seller" begins like "Shipped".
_STOCK = re.compile(
    r"outofstock|stockout|nostock|inventory|insufficientstock|缺货|无货|断货|库存不足"
)
_ASKED_ONLY = re.compile(r"request|pending|申请|取消中")
_CANCELLED = re.compile(r"cancel|storniert|取消|已取消|订单取消|交易取消")
_VOIDED = re.compile(r"(void|voided|expired|failed|declined|已作废|作废|支付失败)$")
_REFUNDED = re.compile(r"(refunded|fullyrefunded|erstattet|已退款|全额退款)$")
_PARTLY = re.compile(r"partial|partly|部分")
_SHIPPED = re.compile(
    r"shipped|fulfilled|delivered|complete|dispatched|intransit|outfordelivery|returned|versandt"
    r"|已发货|已签收|已完成|已送达|交易成功"
)
_UNSHIPPED = re.compile(
    r"(unfulfilled|unshipped|notshipped|notstarted|restocked|pending|processing|open|onhold"
    r"|scheduled|acknowledged|created|待发货|未发货|待付款)$"
)


def said_by(column: str, words: str) -> Said:
    """What a filled cell of one of `STATE_COLUMNS` says."""
    if column == "cancelled_at":  # a day; "0000-00-00" and "no" are none
        return Said.CANCELLED if re.search("[1-9]", words) else Said.OTHER
    plain = _IGNORED.sub("", unicodedata.normalize("NFKC", words)).casefold()
    plain = plain.removeprefix("wc")  # as WooCommerce keeps its own, "wc-completed"
    if column == "cancel_reason":
        return Said.STOCK if _STOCK.search(plain) else Said.OTHER
    if _CANCELLED.match(plain):
        if _ASKED_ONLY.search(plain):
            return Said.OTHER
        return Said.STOCK if _STOCK.search(plain) else Said.CANCELLED
    if column == "payment_status":
        return _first(plain, {_VOIDED: Said.VOIDED, _REFUNDED: Said.REFUNDED})
    return _first(
        plain,
        {
            _VOIDED: Said.VOIDED,
            _REFUNDED: Said.REFUNDED,
            _PARTLY: Said.PARTLY,
            _SHIPPED: Said.SHIPPED,
            _UNSHIPPED: Said.UNSHIPPED,
        },
    )


def _first(plain: str, meanings: dict[re.Pattern[str], Said]) -> Said:
    return next((said for words, said in meanings.items() if words.match(plain)), Said.OTHER)
