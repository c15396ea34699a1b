"""How many examples a property is tried on: all in `make test`, a quarter of them in `make check`.

`make check` says so by hypothesis' profile `quick`. No property fails by the clock: a machine with
other work to do is no fault of ours.
"""

from hypothesis import HealthCheck, settings

ALL, QUICK = 100, 25

_unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("all", _unhurried, max_examples=ALL)
settings.register_profile("quick", _unhurried, max_examples=QUICK)
settings.load_profile("all")


def examples(number: int) -> int:
    """So many examples; under the quick profile a quarter."""
    return max(1, number * settings().max_examples // ALL)
