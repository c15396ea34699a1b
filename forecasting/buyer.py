"""What later orders of a plan go by, pair by pair: the terms of its usual way, and what is chosen.

Decides what stands for a figure that nobody knows: no price, no landed cost and no margin count
nothing, a rate of earning is the company's share. Orders nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from forecasting.situation import Planned
from forecasting.sold_in_time import keeping_days
from forecasting.supplier_terms import landed_unit_cost, step_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

KEEPS_ALWAYS = 1_000_000  # days, of goods that nothing but time on the shelf would limit


@dataclass(frozen=True, slots=True)
class Buyer:
    """What orders of each pair [S] go by; money in the base currency, 0 where unknown.

    Orders of one `production` reach its MOQ together; goods keep so many days after they arrive,
    KEEPS_ALWAYS where that limits nothing, and a unit that sells earns `gain` per its cost.
    """

    pairs: Sequence[Planned]
    review: Ints
    level: Floats
    minimum: Floats
    maximum: Floats
    moq: Floats
    step: Floats
    price: Floats
    landed: Floats
    margin: Floats
    buying: Bools
    production: Ints
    keeps: Ints
    gain: Floats

    def due(self, day: int) -> Ints:
        """The pairs that are reviewed on a day from the planning day on."""
        return np.flatnonzero(self.buying & (day % self.review == 0))


def buyer_of(pairs: Sequence[Planned], margin_share: Decimal) -> Buyer:
    """Terms of the usual ways, and what people set by hand or for a class; `margin_share` of the
    cost is what a unit earns where that is not known.
    """
    rows = np.array([_terms(one) for one in pairs], dtype=np.float64).reshape(len(pairs), 10)
    review, level, minimum, maximum, moq, step, price, landed, margin, buying = rows.T
    numbers: dict[tuple[int, int], int] = {}
    made = [
        numbers.setdefault((one.situation.sku_id, one.usual.offer.offer_id), len(numbers))
        for one in pairs
    ]
    lives = [keeping_days(one.situation.shelf_life_days) for one in pairs]
    priced = np.array([one.situation.selling_price_base is not None for one in pairs], dtype=bool)
    known = priced & (landed > 0)
    gain = np.where(known, margin / np.where(known, landed, 1.0), float(margin_share))
    return Buyer(
        pairs, review.astype(np.int64), level, minimum, maximum, moq, step, price, landed, margin,
        buying > 0, np.array(made, dtype=np.int64),
        np.array([KEEPS_ALWAYS if one is None else one for one in lives], dtype=np.int64), gain,
    )  # fmt: skip


def _terms(one: Planned) -> tuple[float, ...]:
    here, offer, policy = one.situation, one.usual.offer, one.usual.policy
    quantity = one.draft.quantity if one.draft else max(offer.moq, policy.order_up_to)
    reached = offer.price_at(quantity)
    rate = next((r.rate for r in here.rates if r.currency == offer.currency), None)
    price, landed = 0.0, 0.0
    if reached is not None and rate is not None:
        price = float(reached[1] * rate)
        landed = float(landed_unit_cost(offer, one.usual.way, reached[1], here.rates) or price)
    selling = here.selling_price_base
    margin = 0.0 if selling is None else max(0.0, float(selling) - landed)
    least, most = (
        float("nan") if set_by_hand is None else float(set_by_hand)
        for set_by_hand in (here.rule.minimum, here.rule.maximum)
    )
    buying = here.sku_state == "active" and here.rule.buying
    return (
        policy.review_days, policy.service_level, least, most,
        offer.moq, step_of(offer, here.carton_quantity), price, landed, margin, float(buying),
    )  # fmt: skip
