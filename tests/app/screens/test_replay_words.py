"""What the replay says about the other rule of Settings: cash, dead stock and service at once."""

from app.screens.replay_past import paying_words

OURS = {
    "stock_value": 60_000.0,
    "dead_value": 4_000.0,
    "fill_rate": 0.951,
    "holding_cost": 500.0,
    "stockout_cost": 900.0,
}


def test_least_cost_is_told_with_what_it_ties_up_leaves_unsold_and_serves() -> None:
    dearer_stock = OURS | {"stock_value": 71_000.0, "dead_value": 3_800.0, "fill_rate": 0.982}
    plans = {"ours": OURS, "paying": dearer_stock | {"stockout_cost": 300.0}}
    words = paying_words(plans, "CNY", level=0.95).replace("\u00a0", " ")
    assert "CNY 600 less than at 95%" in words
    assert "CNY 11,000 more" in words
    assert "CNY 200 less dead stock" in words
    assert "98.2% of demand instead of 95.1%" in words


def test_trap_44_what_expired_is_a_part_of_the_cost_that_is_compared() -> None:
    expired = OURS | {"expired_cost": 50.0}
    plans = {"ours": OURS, "paying": expired}  # the first was kept before expiry was counted
    words = paying_words(plans, "CNY", level=0.95).replace("\u00a0", " ")
    assert "CNY 50 more than at 95%" in words
