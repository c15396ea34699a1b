"""The drawn tree of errors is the real tree."""

import inspect
import re

from inventory_core import errors


def test_the_drawn_error_tree_is_the_real_one() -> None:
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or ""))
    real = {
        name
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.YibenError) and kind is not errors.YibenError
    }
    assert drawn == real
