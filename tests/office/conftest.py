"""A password's hash is slow on purpose; what happens around it need not be."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher, profiles

from inventory_core.office import passwords


@pytest.fixture(scope="package", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """The same kind of hash at the least strength; the screens are tested at full strength."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher.from_parameters(profiles.CHEAPEST))
        yield
