"""Classes against an oracle of a few plain lines, and that nobody is moved to and fro."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_core.planning.class_choices import ClassChoice
from inventory_core.planning.classing import abc_of, ranked, xyz_of
from inventory_core.vocabulary_planning import AbcClass, XyzClass

CHOICE = ClassChoice()
# Ten SKUs that earn 1000 together: the oracle's table, worked out by hand.
TABLE = {1: 400, 2: 250, 3: 120, 4: 90, 5: 60, 6: 40, 7: 20, 8: 12, 9: 5, 10: 3}
BY_HAND = "AAAABBCCCC"


def amounts_of(table: dict[int, int]) -> dict[int, Decimal]:
    return {sku: Decimal(units) for sku, units in table.items()}


def oracle(amounts: dict[int, Decimal]) -> dict[int, str]:
    """Walk down the list; A while less than 80 % has been passed, B while less than 95 %."""
    total = sum(amount for amount in amounts.values() if amount > 0)
    found = {}
    for sku, amount in amounts.items():
        passed = sum(other for other in amounts.values() if other > amount and other > 0)
        letter = "A" if passed * 100 < total * 80 else "B" if passed * 100 < total * 95 else "C"
        found[sku] = letter if amount > 0 else "C"
    return found


def classed(amounts: dict[int, Decimal], before: dict[int, AbcClass] | None = None, **parts):  # type: ignore[no-untyped-def]
    choice = ClassChoice(**parts)
    ranking, known = ranked(amounts, choice), before or {}
    return {sku: abc_of(one, ranking, known.get(sku), choice) for sku, one in amounts.items()}


def test_trap_54_classes_of_a_small_table_are_those_worked_out_by_hand() -> None:
    amounts = amounts_of(TABLE)
    assert "".join(classed(amounts).values()) == "".join(oracle(amounts).values()) == BY_HAND
    ranking = ranked(amounts, CHOICE)
    # 770 are passed before the fourth, 860 before the fifth; 920 before the sixth, 960 after it.
    assert (ranking.border_a, ranking.border_b) == (Decimal(75), Decimal(30))
    assert (ranking.ranks[4].place, ranking.ranks[4].share, ranking.ranks[4].reached) == (
        4,
        0.09,
        0.86,
    )


def test_who_earns_the_same_has_the_same_class_whatever_its_number() -> None:
    amounts = amounts_of(dict.fromkeys(range(1, 21), 7))
    assert set(classed(amounts).values()) == {AbcClass.A}
    assert {rank.place for rank in ranked(amounts, CHOICE).ranks.values()} == {1}


def test_who_loses_money_or_earns_nothing_is_c_and_takes_no_share_from_others() -> None:
    amounts = amounts_of({1: 80, 2: 20, 3: 0, 4: -500})
    assert "".join(classed(amounts).values()) == "ABCC"
    ranking = ranked(amounts, CHOICE)
    assert [ranking.ranks[sku].share for sku in amounts] == [0.8, 0.2, 0.0, 0.0]
    nothing = amounts_of({1: 0, 2: -3})
    assert set(classed(nothing).values()) == {AbcClass.C}
    assert ranked(nothing, CHOICE).border_a is None


whole_tables = st.dictionaries(
    st.integers(1, 60), st.integers(-50, 5_000).map(Decimal), min_size=1, max_size=40
)
letters = st.sampled_from([AbcClass.A, AbcClass.B, AbcClass.C, AbcClass.NEW, AbcClass.NONE])


@given(whole_tables)
def test_without_a_class_before_everybody_has_that_of_the_oracle(amounts) -> None:  # type: ignore[no-untyped-def]
    assert {sku: one.value for sku, one in classed(amounts).items()} == oracle(amounts)


@given(whole_tables, st.data())
def test_trap_54_a_class_moves_only_beyond_the_band_and_then_stays(amounts, data) -> None:  # type: ignore[no-untyped-def]
    before = {sku: data.draw(letters) for sku in amounts}
    fresh, after = classed(amounts), classed(amounts, before)
    ranking = ranked(amounts, CHOICE)
    order = "ABC"
    for sku, amount in amounts.items():
        had, now, plain = before[sku].value, after[sku].value, fresh[sku].value
        if had not in order:
            assert now == plain
            continue
        # Between the class it had and the one it would have without a past, never past either.
        low, high = sorted((order.index(had), order.index(plain)))
        assert low <= order.index(now) <= high
        if now != had:
            borders = {"A": ranking.border_a, "B": ranking.border_b}
            crossed = (
                borders[min(now, had)]
                if abs(order.index(now) - order.index(had)) == 1
                else (borders["A"] if now == "A" else borders["B"])
            )
            assert crossed is None or abs(amount - crossed) >= crossed * CHOICE.band
    # The same figures once more move nobody.
    assert classed(amounts, after) == after


@given(st.floats(0, 5), st.sampled_from([None, *XyzClass]))
def test_a_regular_seller_moves_only_beyond_the_band_too(variation, before) -> None:  # type: ignore[no-untyped-def]
    now = xyz_of(variation, before, CHOICE)
    fresh = xyz_of(variation, None, CHOICE)
    assert fresh == ("X" if variation <= 0.5 else "Y" if variation <= 1 else "Z")
    if before in (None, XyzClass.NONE):
        assert now == fresh
    elif now != before and now < before:
        assert variation <= {"Y": 0.5, "Z": 1.0}[before] * 0.9
    elif now != before:
        assert variation > {"X": 0.5, "Y": 1.0}[before] * 1.1
    assert xyz_of(variation, now, CHOICE) == now


@pytest.mark.parametrize(
    ("variation", "before", "now"),
    [(0.54, "X", "X"), (0.56, "X", "Y"), (0.46, "Y", "Y"), (0.44, "Y", "X"), (1.2, "X", "Z")],
)
def test_the_band_of_regularity_lies_on_both_sides(variation: float, before: str, now: str) -> None:
    assert xyz_of(variation, XyzClass(before), CHOICE) == now
