"""Own models in a planning run: a candidate among others, never a reason for no plan."""

from functools import partial
from pathlib import Path

import pytest

from forecasting.own_models import checked_model, write_model
from inventory_core.db.engine import Database
from inventory_core.office.actors import SYSTEM
from inventory_core.planning.own_models import register_own_model
from jobs.planning import run_planning
from tests.forecasting.test_own_models import GOOD
from tests.planning.seller import NOW, YESTERDAY, make_seller

pytestmark = pytest.mark.usefixtures("few_trees")


def test_a_registered_model_competes_and_a_changed_file_is_left_out_with_a_warning(
    tmp_path: Path, database: Database
) -> None:
    seller = make_seller(database)
    seller.sold("LAMP", [9, 10, 11, 10, 12, 8, 10] * 20, last_on=YESTERDAY)
    plan = partial(run_planning, database, SYSTEM, now=NOW, prophet_seconds=0, data_folder=tmp_path)
    before = plan()
    write_model(tmp_path, "mine.py", GOOD)
    new = checked_model(tmp_path, "mine.py", "LastWeeks", {"window": 4})
    database.write(partial(register_own_model, actor=SYSTEM, new=new, key="k", now=NOW))
    own = plan()
    assert (own.reused, own.left_out) == (False, ())
    [(scores, settings)] = seller.rows(
        "SELECT scores, settings FROM forecast_run ORDER BY id DESC LIMIT 1"
    )
    assert "last_weeks" in scores
    assert settings["own_models"] == {"last_weeks": new.file_hash}
    assert plan().reused
    write_model(tmp_path, "mine.py", GOOD.replace("out[place] =", "out[place] = 1000 +"))
    changed = plan()
    assert [(one.name, one.problem) for one in changed.left_out] == [
        ("last_weeks", "own_model_file_changed")
    ]
    assert changed.as_json()["left_out"][0]["name"] == "last_weeks"
    assert changed.suggested == before.suggested
