"""A stock book as a beginner would write it: the oracle of the property tests. No SQL, no speed."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)


def six(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.000001"), ROUND_HALF_UP)


@dataclass
class NaivePool:
    """FIFO as a queue of [quantity, value, age], moving average as two numbers."""

    queue: list[list] = field(default_factory=list)
    quantity: int = 0
    value: Decimal = ZERO

    def enter(self, quantity: int, value: Decimal, age: int) -> None:
        self.queue.append([quantity, value, age])
        self.quantity += quantity
        self.value += value

    def leave(self, quantity: int) -> tuple[list[list], Decimal]:
        gone = []
        wanted = quantity
        while wanted:
            first = self.queue[0]
            if first[0] <= wanted:
                gone.append(self.queue.pop(0))
                wanted -= gone[-1][0]
            else:
                part = six(first[1] * wanted / first[0])
                gone.append([wanted, part, first[2]])
                first[0] -= wanted
                first[1] -= part
                wanted = 0
        if quantity == self.quantity:
            average = self.value
        else:
            average = six(self.value * quantity / self.quantity)
        self.quantity -= quantity
        self.value -= average
        return gone, average


@dataclass
class NaiveLine:
    """One order line of the oracle; `promises` by warehouse, in the order they were made."""

    sku: int
    quantity: int
    backordered: int = 0
    shipped: int = 0
    cancelled: int = 0
    promises: list[list] = field(default_factory=list)


class NaiveBook:
    """Levels, cost and orders of a few SKUs in a few warehouses, one cost pool each."""

    def __init__(self, warehouses: list[int]) -> None:
        self.warehouses = warehouses
        self.on_hand: dict[tuple[int, int], int] = defaultdict(int)
        self.held: dict[tuple[int, int], int] = defaultdict(int)
        self.pools: dict[tuple[int, int], NaivePool] = defaultdict(NaivePool)
        self.orders: dict[int, list[NaiveLine]] = {}
        self.clock = 0

    def reserved(self, pair: tuple[int, int]) -> int:
        return sum(
            units
            for lines in self.orders.values()
            for line in lines
            for warehouse, units in line.promises
            if (line.sku, warehouse) == pair
        )

    def free(self, pair: tuple[int, int]) -> int:
        return self.on_hand[pair] - self.held[pair] - self.reserved(pair)

    def receive(self, sku: int, warehouse: int, quantity: int, value: Decimal) -> None:
        self.on_hand[sku, warehouse] += quantity
        self.clock += 1
        self.pools[sku, warehouse].enter(quantity, value, self.clock)

    def lose(self, sku: int, warehouse: int, quantity: int) -> Decimal | None:
        pair = (sku, warehouse)
        if self.on_hand[pair] - self.held[pair] < quantity:
            return None
        self.on_hand[pair] -= quantity
        self.cut(pair)
        return self.pools[pair].leave(quantity)[1]

    def hold(self, sku: int, warehouse: int, quantity: int) -> bool:
        pair = (sku, warehouse)
        if self.on_hand[pair] - self.held[pair] < quantity:
            return False
        self.held[pair] += quantity
        self.cut(pair)
        return True

    def cut(self, pair: tuple[int, int]) -> None:
        """Take promises away, the last made first, until they fit."""
        missing = -self.free(pair)
        mine = [
            (promise, line)
            for lines in self.orders.values()
            for line in lines
            for promise in line.promises
            if (line.sku, promise[0]) == pair
        ]
        for promise, line in reversed(mine):
            taken = max(min(missing, promise[1]), 0)
            promise[1] -= taken
            line.backordered += taken
            missing -= taken

    def move(self, sku: int, here: int, there: int, quantity: int) -> bool:
        if self.free((sku, here)) < quantity:
            return False
        self.on_hand[sku, here] -= quantity
        self.on_hand[sku, there] += quantity
        gone, average = self.pools[sku, here].leave(quantity)
        pool = self.pools[sku, there]
        # Goods keep their age on the way (trap 14), so the older ones leave first there too.
        pool.queue = sorted(pool.queue + gone, key=lambda layer: layer[2])
        pool.quantity += quantity
        pool.value += average
        return True

    def accept(self, order: int, wanted: list[tuple[int, int]]) -> list[int]:
        lines = []
        self.orders[order] = lines
        for sku, quantity in wanted:
            line = NaiveLine(sku, quantity)
            free = {w: self.free((sku, w)) for w in self.warehouses}
            whole = [w for w in self.warehouses if free[w] >= quantity]
            if sum(free.values()) < quantity:
                line.backordered = quantity
            for warehouse in () if line.backordered else whole[:1] or self.warehouses:
                units = min(quantity - sum(p[1] for p in line.promises), free[warehouse])
                if units:
                    line.promises.append([warehouse, units])
            lines.append(line)
        return [line.quantity - line.backordered for line in lines]

    def ship(self, order: int) -> int:
        units = 0
        for line in self.orders[order]:
            for warehouse, promised in line.promises:
                if promised:
                    self.on_hand[line.sku, warehouse] -= promised
                    line.shipped += promised
                    units += promised
                    self.pools[line.sku, warehouse].leave(promised)
            line.promises = []
        return units

    def cancel(self, order: int) -> int:
        units = 0
        for line in self.orders[order]:
            rest = line.backordered + sum(promise[1] for promise in line.promises)
            line.cancelled += rest
            line.backordered, line.promises = 0, []
            units += rest
        return units
