"""What goods cost when they enter, leave and move. Decides values; reads and writes nothing.

Both methods are always kept right. FIFO: layers, oldest goods first, each with an exact total, the
last unit takes the remainder. Moving average: quantity and value of a pool, value out =
value x quantity out / quantity. The company's method decides which of the two a line carries.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from inventory_core.errors import Refused
from inventory_core.stock.postings import exact_value

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Origin:
    """How a layer came to be: its price in the currency it was bought in."""

    source_value: Decimal | None = None
    currency: str | None = None
    rate: Decimal | None = None
    rate_on: date | None = None


NO_ORIGIN = Origin()


@dataclass(slots=True)
class Layer:
    """Units that entered a pool together; `id` is 0 until the book numbers it."""

    id: int
    operation_id: int
    received_at: datetime
    quantity: int
    quantity_left: int
    value: Decimal
    value_left: Decimal
    origin: Origin = NO_ORIGIN
    origin_layer: "Layer | None" = None

    def take(self, quantity: int) -> Decimal:
        """Lower the layer by `quantity` units; their value, the whole rest for the last unit."""
        if quantity == self.quantity_left:
            value = self.value_left
        else:
            value = exact_value(self.value_left * quantity / self.quantity_left)
        self.quantity_left -= quantity
        self.value_left -= value
        return value


@dataclass(frozen=True, slots=True)
class Use:
    """Units of a layer that left with one line of an operation."""

    layer: Layer
    operation_id: int
    line_no: int
    quantity: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class Issue:
    """What left a pool: which layers, and its value under both methods."""

    uses: tuple[Use, ...]
    fifo_value: Decimal
    average_value: Decimal


@dataclass(slots=True)
class Pool:
    """The units of one SKU that share one cost, as a working copy of the book."""

    layers: list[Layer]
    quantity: int = 0
    value: Decimal = ZERO
    entered: list[Layer] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    last_unit_cost: Decimal | None = None

    def enter(
        self,
        operation_id: int,
        received_at: datetime,
        quantity: int,
        value: Decimal,
        origin: Origin = NO_ORIGIN,
    ) -> None:
        """Take in new goods at `value` under both methods."""
        self.quantity += quantity
        self.value += value
        self._add(Layer(0, operation_id, received_at, quantity, quantity, value, value, origin))

    def enter_carried(self, operation_id: int, issue: Issue) -> None:
        """Take in goods from another pool: their layers keep age and cost (trap 14)."""
        self.quantity += sum(use.quantity for use in issue.uses)
        self.value += issue.average_value
        for use in issue.uses:
            layer = Layer(
                0,
                operation_id,
                use.layer.received_at,
                use.quantity,
                use.quantity,
                use.value,
                use.value,
                use.layer.origin,
                use.layer,
            )
            self._add(layer)

    def _add(self, layer: Layer) -> None:
        self.entered.append(layer)
        self.layers.append(layer)
        # Stable: among layers of one moment the one that came first stays first.
        self.layers.sort(key=lambda known: known.received_at)

    def issue(
        self,
        operation_id: int,
        line_no: int,
        quantity: int,
        *,
        first_of: int | None = None,
        only_of: int | None = None,
        known_value: Decimal | None = None,
    ) -> Issue:
        """Let `quantity` units go.

        `first_of`: layers of this operation before all others. `only_of`: of no other (undo);
        then the average method gives back `known_value`, what they came in at, as far as it is
        still there.
        """
        uses = []
        missing = quantity
        for layer in self._in_order(first_of, only_of):
            if missing == 0:
                break
            taken = min(missing, layer.quantity_left)
            if taken:
                value = layer.take(taken)
                uses.append(Use(layer, operation_id, line_no, taken, value))
                missing -= taken
        if missing:
            raise Refused("cost_already_used", missing=missing)
        average = self._average_of(quantity, known_value)
        self.quantity -= quantity
        self.value -= average
        self.uses.extend(uses)
        return Issue(tuple(uses), sum((use.value for use in uses), ZERO), average)

    def average_value(self, quantity: int) -> Decimal:
        """What `quantity` units are worth on average, without letting them go."""
        if self.quantity == 0:
            return ZERO
        return exact_value(self.value * quantity / self.quantity)

    def unit_cost_guess(self) -> Decimal | None:
        """The best known cost of one unit: the average, or the last one known when empty."""
        if self.quantity:
            return self.value / self.quantity
        return self.last_unit_cost

    def _average_of(self, quantity: int, known_value: Decimal | None) -> Decimal:
        if quantity == self.quantity:
            return self.value
        if known_value is not None:
            return min(known_value, self.value)
        return self.average_value(quantity)

    def _in_order(self, first_of: int | None, only_of: int | None) -> Iterable[Layer]:
        if only_of is not None:
            return [layer for layer in self.layers if layer.operation_id == only_of]
        if first_of is None:
            return self.layers
        return sorted(self.layers, key=lambda layer: layer.operation_id != first_of)
