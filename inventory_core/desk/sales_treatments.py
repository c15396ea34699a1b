"""What becomes of a line of imported sales history. Decides the list, no line."""

from enum import StrEnum


class SalesTreatment(StrEnum):
    """What was done with a line of imported sales history; only accepted lines are demand.

    An accepted line that was cancelled later keeps its treatment; its `cancelled` says how much.
    One that another file states anew, as part of a sum or of an order, is replaced.
    """

    ACCEPTED = "accepted"
    CANCELLATION = "cancellation"
    CANCEL_UNMATCHED = "cancel_unmatched"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_VOIDED = "order_voided"
    ORDER_REFUNDED = "order_refunded"
    RETURN = "return"
    WRITE_OFF = "write_off"
    FEE = "fee"
    NO_PRICE = "no_price"
    NO_SKU = "no_sku"
    REPLACED = "replaced"
    ZERO_QUANTITY = "zero_quantity"


# The order was taken back before anything of the line was shipped.
WITHDRAWN = (
    SalesTreatment.ORDER_CANCELLED,
    SalesTreatment.ORDER_VOIDED,
    SalesTreatment.ORDER_REFUNDED,
)
