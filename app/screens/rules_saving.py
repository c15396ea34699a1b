"""The act that sets rules by hand: they are kept, the SKU is planned again, and what is suggested
now is said. One command, so that a card never shows numbers of a rule that does not hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.i18n import md, prose
from app.replanning import refresh_suggestions
from inventory_core.db.engine import Writing
from inventory_core.office.actors import Actor
from inventory_core.office.job_runs import JobName, request_job
from inventory_core.planning.published import current_run, policies_of
from inventory_core.planning.rule_lists import select_suggested
from inventory_core.planning.rules import Pair, ReplenishRule, set_replenish_rules
from inventory_core.vocabulary import SuggestionKind


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of it: how many rules changed, units to be ordered for and sent to these sites
    now, and whether a plan was asked for because a site is not planned yet.
    """

    changed: int
    ordered: int
    sent: int
    planning: bool


def save_rules(
    tx: Writing,
    actor: Actor,
    now: datetime,
    key: str,
    rules: Sequence[ReplenishRule],
    seen: Mapping[Pair, ReplenishRule],
) -> Saved:
    """Set the rules of one SKU and plan it again. A site that no plan knows needs a whole one."""
    changed = set_replenish_rules(tx, actor, rules, seen=seen)
    sku_id, sites = rules[0].sku_id, {rule.warehouse_id for rule in rules}
    run = current_run(tx)
    planning = False
    if changed and run is not None:
        refresh_suggestions(tx, actor, [sku_id], now=now, covers=True)
        known = {one.warehouse_id for one in policies_of(tx, run.id, sku_ids=[sku_id])}
        planning = not sites <= known
        if planning:
            request_job(tx, actor, JobName.PLAN, key=f"rules:{key}")
    units = dict.fromkeys(SuggestionKind, 0)
    for row in tx.rows(select_suggested(sku_id)):
        if row.warehouse_id in sites:
            units[SuggestionKind(row.kind)] += row.quantity
    return Saved(changed, units[SuggestionKind.BUY], units[SuggestionKind.TRANSFER], planning)


def said_saved(saved: Saved, sku: str) -> str:
    """The sentence after the act."""
    if not saved.changed:
        return md("rules.nothing_changed", sku=sku)
    words = md("rules.saved", sku=sku)
    if saved.planning:
        return prose(words, md("rules.planning"))
    if not saved.ordered and not saved.sent:
        return prose(words, md("rules.orders_nothing"))
    told = (("orders", saved.ordered), ("sends", saved.sent))
    return prose(words, *(md(f"rules.{name}", units=units) for name, units in told if units))
