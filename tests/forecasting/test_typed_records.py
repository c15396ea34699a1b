"""Every fact that a plan is made of is written and read again, also one that is added tomorrow."""

import inspect
import json
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, get_type_hints

import numpy as np
import pytest

from forecasting.replenish import PlanFacts, plan_of
from forecasting.typed_records import Shapes, read, written
from inventory_core.errors import Refused
from tests.forecasting.any_record import alike, any_record, any_value

SHAPES = Shapes(PlanFacts)


def as_text(whole: object, shapes: Shapes = SHAPES) -> str:
    return json.dumps(written(whole, shapes), allow_nan=False)


def test_the_facts_of_a_plan_are_all_that_it_is_made_of() -> None:
    """One more parameter would be an input that no snapshot holds."""
    parameters = inspect.signature(plan_of).parameters
    assert [one.annotation for one in parameters.values()] == [PlanFacts]


def test_all_facts_come_back_as_they_were() -> None:
    facts = any_record(PlanFacts)
    assert alike(read(json.loads(as_text(facts)), SHAPES), facts)


@pytest.mark.parametrize("name", sorted(SHAPES.records))
def test_trap_no_field_of_the_input_is_lost(name: str) -> None:
    """A field that is not written, or not made again, would let a past plan come out otherwise."""
    kind = SHAPES.records[name]
    record, hints = any_record(kind), get_type_hints(kind)
    text = as_text(record)
    assert alike(read(json.loads(text), SHAPES), record)
    for one in fields(kind):
        changed = replace(record, **{one.name: any_value(hints[one.name], 2)})
        told = as_text(changed)
        assert told != text, f"{name}.{one.name} is not written"
        assert alike(read(json.loads(told), SHAPES), changed), f"{name}.{one.name}"


@dataclass(frozen=True)
class Part:
    exact: Decimal


@dataclass(frozen=True)
class Then:
    part: Part
    rest: object = None


@dataclass(frozen=True)
class Later:
    part: Part
    rest: object = None
    more: int = 5


@dataclass(frozen=True)
class Needing:
    part: Part
    rest: object
    more: int


def shaped(kind: type) -> Shapes:
    """Another version of `Then`: the same name, other fields."""
    found = Shapes(kind)
    found.records["Then"] = found.records.pop(kind.__name__)
    return found


def test_equal_records_are_written_once() -> None:
    twice = [Part(Decimal("1.10")), Part(Decimal("1.10")), Part(Decimal("1.1"))]
    told = written(Then(twice[0], twice), Shapes(Then))
    assert [row[0] for row in told["records"]] == ["Part", "Part", "Then"]
    back = read(told, Shapes(Then))
    assert [str(one.exact) for one in back.rest] == ["1.10", "1.10", "1.1"]


def test_a_field_that_came_later_has_its_default_when_an_older_text_is_read() -> None:
    told = written(Then(Part(Decimal(1))), Shapes(Then))
    assert read(told, shaped(Later)) == Later(Part(Decimal(1)), None, 5)


def test_a_field_without_a_default_is_not_guessed() -> None:
    told = written(Then(Part(Decimal(1))), Shapes(Then))
    with pytest.raises(Refused, match="snapshot_of_other_shape") as refused:
        read(told, shaped(Needing))
    assert refused.value.params["what"] == "Then.more"


def test_a_field_that_is_not_known_here_is_not_passed_over() -> None:
    told = written(Later(Part(Decimal(1))), Shapes(Later))
    told["fields"]["Then"] = told["fields"].pop("Later")
    with pytest.raises(Refused, match="snapshot_of_other_shape") as refused:
        read(told, Shapes(Then))
    assert refused.value.params["what"] == "Then.more"


@pytest.mark.parametrize("odd", [{1j}, bytearray(b"x"), np.float32(1), np.array([np.nan]), len])
def test_a_kind_that_is_not_known_is_refused_and_never_approximated(odd: Any) -> None:
    with pytest.raises(TypeError, match="no way to write"):
        written(Then(Part(Decimal(1)), odd), Shapes(Then))


def test_trap_a_text_makes_only_records_that_it_may_make() -> None:
    told = written(Then(Part(Decimal(1))), Shapes(Then))
    told["records"][0] = ["os.system", "true"]
    told["fields"]["os.system"] = ["command"]
    with pytest.raises(Refused, match="snapshot_of_other_shape"):
        read(told, Shapes(Then))


def test_floats_at_their_edges_come_back_to_the_bit() -> None:
    edges = [0.1 + 0.2, -0.0, 5e-324, 1.7976931348623157e308, float("inf"), float("-inf")]
    back = read(json.loads(as_text(Then(Part(Decimal(1)), edges), Shapes(Then))), Shapes(Then))
    assert [one.hex() for one in back.rest] == [one.hex() for one in edges]


def test_numbers_and_empty_arrays_of_a_library_stay_what_they_are() -> None:
    odd = [np.float64(0.1), np.int64(7), np.bool_(True), np.zeros((0, 3))]
    back = read(json.loads(as_text(Then(Part(Decimal(1)), odd), Shapes(Then))), Shapes(Then))
    assert alike(back.rest, odd)
