"""From a published run and the book of this moment to plans. Decides which facts a plan is made of.

Reads stock of one moment, offers, calendars, rates and rules, and lets the pure `suggest` decide.
The same call plans one SKU again when somebody approves it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from forecasting.book import Book, Pair, expired_units, read_book, ways_of
from forecasting.evidence import class_told
from forecasting.limiting import limit_plan
from forecasting.limits_room import Shared, currencies_of
from forecasting.offers_here import OffersHere
from forecasting.overriding import planned_forecasts
from forecasting.receiving import Supply, plan_site
from forecasting.situation import Draft, Planned, PlanSettings, Situation
from forecasting.situation_reading import CM3_PER_M3, arrivals_of, situation_of
from forecasting.suggest import tell_follow_up
from forecasting.transfer_evidence import transfer_draft
from forecasting.upstream import share_stock, tell_sends
from inventory_core.db.engine import Reading
from inventory_core.office.company import Company
from inventory_core.planning.plan_costs import PlanCosts
from inventory_core.planning.plan_limits import open_uses, ordered_uses, plan_limits
from inventory_core.planning.published import PublishedPolicy, PublishedRun
from inventory_core.planning.rejections import rejected
from inventory_core.planning.suggestions import Proposal


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan: every SKU and warehouse with what to buy, and what to send between warehouses.

    `report`: what shared limits did to it; None where there are none, or where it is a part.
    """

    pairs: tuple[Planned, ...]
    transfers: tuple[Draft, ...] = ()
    report: Mapping[str, Any] | None = None

    def drafts(self) -> list[Draft]:
        """All that should be done: purchases, then transfers."""
        bought = [item.draft for item in self.pairs if item.draft is not None]
        return [*bought, *self.transfers]


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """All that one plan is made of: the same facts give the same plan."""

    as_of: date
    book: Book
    situations: tuple[Situation, ...]
    shared: Shared
    settings: PlanSettings


def plan_from_run(
    conn: Reading, run: PublishedRun, *, as_of: date, sku_ids: Sequence[int] | None = None
) -> Plan:
    """Plan every SKU and warehouse of a run (or of some SKUs) on the stock of this moment."""
    return plan_of(read_plan_facts(conn, run, as_of=as_of, sku_ids=sku_ids))


def read_plan_facts(
    conn: Reading, run: PublishedRun, *, as_of: date, sku_ids: Sequence[int] | None = None
) -> PlanFacts:
    """The facts of a plan of the day `as_of`, of all SKUs or of some."""
    shared = _limits(conn, as_of, sku_ids)
    currencies = currencies_of(shared.limits, shared.ordered)
    book = read_book(conn, as_of=as_of, sku_ids=sku_ids, currencies=currencies)
    said_no = rejected(conn, quiet_days=book.company.review_days)
    here = OffersHere(book, as_of)
    forecasts = planned_forecasts(conn, run, as_of=as_of, sku_ids=sku_ids)
    return PlanFacts(
        as_of=as_of,
        book=book,
        situations=tuple(situation_of(book, here, run, item, as_of) for item in forecasts),
        shared=replace(shared, rejected=said_no),
        settings=plan_settings(book.company, book.costs),
    )


def plan_of(facts: PlanFacts) -> Plan:
    """The need first; then what hubs have, what other sites can spare, and only the rest is bought.

    Pure: nothing is read and nothing is written.
    """
    book, settings = facts.book, facts.settings
    planned = [plan_site(situation, settings) for situation in facts.situations]
    selling = {(one.sku_id, one.warehouse_id) for one in facts.situations}
    supplies = _supplies(book, selling, facts.as_of)
    lacking = {item.situation.sku_id for item in planned if item.wanting}
    moving = sorted(lacking | supplies.keys() | {sku_id for sku_id, _ in book.counted})
    ways = ways_of(book, moving, without=facts.shared.rejected.sends)
    shared = share_stock(planned, supplies, ways, settings, book.counted)
    pairs = tuple(shared.again.get(_pair(item), item) for item in planned)
    sizes = {int(sku_id): _size(sku) for sku_id, sku in book.skus.items()}
    limited = limit_plan(pairs, facts.shared, settings, sizes=sizes)
    told = tell_sends(limited.pairs, shared)
    bought_now = tuple(tell_follow_up(one, settings) for one in told)
    base = settings.base_currency
    bought = {_pair(item): item.draft for item in bought_now}
    transfers = tuple(
        transfer_draft(send, bought=bought.get(_pair(send.receiver)), base_currency=base)
        for send in shared.sends
    )
    return Plan(bought_now, transfers, limited.report)


def _limits(conn: Reading, as_of: date, sku_ids: Sequence[int] | None) -> Shared:
    """The limits of this day and what is used of them already.

    A plan of some SKUs leaves the open suggestions of all others what they have.
    """
    limits = plan_limits(conn)
    begun = [limit.starts_on for limit in limits if limit.starts_on and limit.holds_on(as_of)]
    mine = set(sku_ids or ())
    known = open_uses(conn) if sku_ids is not None else []
    others = [use for use in known if use.sku_id not in mine]
    held = {(use.sku_id, use.warehouse_id): use for use in known if use.sku_id in mine}
    ordered = ordered_uses(conn, since=min(begun, default=as_of))
    return Shared(as_of=as_of, limits=limits, ordered=ordered, others=others, held=held)


def _size(facts: Mapping[str, object]) -> tuple[float, float]:
    """m³ and kg of one unit; 0 where nobody measured it."""
    volume, weight = facts["volume_cm3"], facts["weight_grams"]
    return (
        volume / CM3_PER_M3 if isinstance(volume, int) else 0.0,
        weight / 1_000 if isinstance(weight, int) else 0.0,
    )


def _pair(item: Planned) -> Pair:
    return item.situation.sku_id, item.situation.warehouse_id


def _supplies(book: Book, selling: Set[Pair], as_of: date) -> dict[int, list[Supply]]:
    """What hubs have or expect of each SKU, the earliest first.

    What is promised beyond what lies there, to a planned transfer for one, is taken from what
    comes next: the receiver counts it already.
    """
    found: dict[int, list[Supply]] = defaultdict(list)
    for (sku_id, place), position in book.positions.items():
        if place not in book.hubs or (sku_id, place) in selling:
            continue
        code = book.warehouses[place]
        free = position.available - position.backordered - position.planned_out
        free -= expired_units(book, (sku_id, place), as_of)
        found[sku_id].append(Supply(place, as_of, max(0, free), code))
        promised = max(0, -free)
        coming = arrivals_of(book, (sku_id, place), as_of)
        for item in sorted(coming, key=lambda one: (one.on_day, one.document)):
            kept = min(promised, item.quantity)
            promised -= kept
            day, units = max(as_of, item.on_day), item.quantity - kept
            found[sku_id].append(Supply(place, day, units, f"{item.document} {code}", here=False))
    for supplies in found.values():
        supplies.sort(key=lambda supply: (supply.on_day, supply.document))
    return found


def proposals_of(plan: Plan) -> list[Proposal]:
    """What a plan wants done, in the form that is kept; pairs that need nothing give nothing."""
    names = Proposal.__dataclass_fields__
    return [Proposal(**{name: getattr(draft, name) for name in names}) for draft in plan.drafts()]


def policies_of(plan: Plan) -> list[PublishedPolicy]:
    """The cover of every pair of a plan, in the form that is kept."""
    return [_policy(item) for item in plan.pairs]


def _policy(item: Planned) -> PublishedPolicy:
    policy = item.policy
    return PublishedPolicy(
        sku_id=item.situation.sku_id,
        warehouse_id=item.situation.warehouse_id,
        offer_id=item.offer_id,
        lead_time_days=policy.lead_time_days,
        review_days=policy.review_days,
        service_level=Decimal(str(policy.service_level)),
        demand_mean=round(policy.demand_mean, 3),
        safety_stock=policy.safety_stock,
        reorder_point=policy.reorder_point,
        order_up_to=policy.order_up_to,
        fill_rate=None if policy.fill_rate is None else round(policy.fill_rate, 5),
        trace={
            "intervals": list(policy.intervals),
            "demand_quantile": round(policy.demand_quantile, 3),
            "computed_reorder_point": policy.computed_reorder_point,
            "computed_order_up_to": policy.computed_order_up_to,
            "manual": list(policy.manual),
            **class_told(item.situation.rule.by_class),
        },
    )


def plan_settings(company: Company, costs: PlanCosts) -> PlanSettings:
    """What the company chose for every SKU, and the figures of the planning day."""
    return PlanSettings(
        base_currency=company.base_currency,
        service_level=float(company.service_level),
        review_days=company.review_days,
        holding_rate_year=company.holding_rate_year,
        order_rule=company.order_rule,
        costs=costs,
    )
