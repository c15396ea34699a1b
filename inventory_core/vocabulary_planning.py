"""The words of planning that no other room needs: classes of SKUs, and what people say of demand.

Decides closed lists as `vocabulary` does; computes nothing.
"""

from enum import StrEnum


class DemandWord(StrEnum):
    """What a person says of one line of demand; `rule` takes back what was said before."""

    ORDINARY = "ordinary"
    ONE_OFF = "one_off"
    RULE = "rule"


class DemandWordReason(StrEnum):
    """Why a person says so: the first two of what stays demand, the next three of what does not."""

    COMES_AGAIN = "comes_again"
    USUAL_SIZE = "usual_size"
    PROJECT = "project"
    BOUGHT_AHEAD = "bought_ahead"
    ENTRY_ERROR = "entry_error"
    OTHER = "other"


class AbcClass(StrEnum):
    """What a SKU earns beside the others; `new` is too young to be ranked, `none` sold nothing."""

    A = "A"
    B = "B"
    C = "C"
    NEW = "new"
    NONE = "none"


class XyzClass(StrEnum):
    """How regular a SKU's demand is, X the most; `none` sold in too few weeks to tell."""

    X = "X"
    Y = "Y"
    Z = "Z"
    NONE = "none"
