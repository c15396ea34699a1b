"""A model of one's own is checked, registered by its hash, and never stops a plan."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from forecasting.candidates import candidate_models
from forecasting.engine import forecast_panel
from forecasting.models.contract import Model
from forecasting.models.contract_check import check_panel
from forecasting.own_models import (
    checked_model,
    model_files,
    own_candidates,
    without_failing,
)
from inventory_core.clock import new_id
from inventory_core.db.engine import Database
from inventory_core.errors import Conflict, Forbidden, Invalid, NotFound, YibenError
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.planning.own_models import (
    NewOwnModel,
    own_models,
    register_own_model,
    retire_own_model,
)
from inventory_core.vocabulary import PersonId, Role

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD = """
from dataclasses import dataclass
import numpy as np

@dataclass
class LastWeeks:
    window: int = 6
    name: str = "last_weeks"

    def fit(self, panel):
        return self

    def predict(self, panel, horizon, origins):
        out = np.zeros((len(origins), panel.count, horizon))
        for place, origin in enumerate(origins):
            seen = panel.y[:, max(0, origin - self.window):origin]
            known = ~np.isnan(seen)
            mean = np.where(known, seen, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
            out[place] = mean[:, None] * getattr(self, "luck_", 1.0)
        return out
"""

FIT = "        return self\n"


def folder_with(root: Path, text: str, name: str = "mine.py") -> Path:
    (root / "models").mkdir(exist_ok=True)
    (root / "models" / name).write_text(text)
    return root


def check(root: Path, text: str) -> NewOwnModel:
    return checked_model(folder_with(root, text), "mine.py", "LastWeeks", {"window": 4})


def test_a_good_model_is_registered_once_and_loaded_with_its_parameters(
    tmp_path: Path, database: Database
) -> None:
    new = check(tmp_path, GOOD)
    assert (new.name, new.parameters, len(new.file_hash)) == ("last_weeks", {"window": 4}, 64)
    made = database.write(lambda tx: register_own_model(tx, SYSTEM, new, key="k", now=NOW))
    again = database.write(lambda tx: register_own_model(tx, SYSTEM, new, key="other", now=NOW))
    assert made == again
    with database.reading() as conn:
        own = own_candidates(tmp_path, own_models(conn, active_only=True))
    models, left_out = own.models, own.left_out
    assert [one.name for one in models] == ["last_weeks"]
    assert left_out == ()
    panel = check_panel()
    made_here = forecast_panel(panel, 4, models=[*candidate_models(4, 0)[:3], *models])
    assert "last_weeks" in {score.name for score in made_here.scores}


def test_a_new_file_under_the_same_name_replaces_the_old_registration(
    tmp_path: Path, database: Database
) -> None:
    old = check(tmp_path, GOOD)
    new = check(tmp_path, GOOD + "\n# better\n")
    for one in (old, new):
        register = partial(register_own_model, actor=SYSTEM, new=one, key=one.file_hash, now=NOW)
        database.write(register)
    with database.reading() as conn:
        found = own_models(conn)
    assert [(one.file_hash, one.active) for one in found] == [
        (new.file_hash, True),
        (old.file_hash, False),
    ]
    database.write(lambda tx: retire_own_model(tx, SYSTEM, "last_weeks", now=NOW))
    with pytest.raises(NotFound, match="own_model_missing"):
        database.write(lambda tx: retire_own_model(tx, SYSTEM, "last_weeks", now=NOW))


def test_a_key_used_for_another_model_is_refused(tmp_path: Path, database: Database) -> None:
    new = check(tmp_path, GOOD)
    other = check(tmp_path, GOOD.replace("last_weeks", "other_weeks"))
    database.write(lambda tx: register_own_model(tx, SYSTEM, new, key="k", now=NOW))
    with pytest.raises(Conflict, match="key_reused"):
        database.write(lambda tx: register_own_model(tx, SYSTEM, other, key="k", now=NOW))


def test_only_who_may_register_models_does(tmp_path: Path, database: Database) -> None:
    new = check(tmp_path, GOOD)
    buyer = Actor(PersonId(0), "B", frozenset({Role.BUYER}))
    with pytest.raises(Forbidden):
        database.write(lambda tx: register_own_model(tx, buyer, new, key="k", now=NOW))
    with database.reading() as conn:
        assert own_models(conn) == []


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        ("mean[:, None]", "mean[:, None] - 50", "model_contract_negative"),
        ("mean[:, None]", "np.nan", "model_contract_holes"),
        ("return out\n", "return out[:, :, :-1]\n", "model_contract_shape"),
        ("panel.y[:, max(0, origin - self.window):origin]", "panel.y", "model_contract_future"),
        (FIT, f"        self.luck_ = np.random.rand()\n{FIT}", "model_contract_repeat"),
        (FIT, "        return None\n", "model_contract_fit"),
        (FIT, f"        self.window = 9\n{FIT}", "model_contract_state"),
        (FIT, f"        panel.y[:] = 1.0\n{FIT}", "model_contract"),
        ("mean[:, None]", "mean[:, None] + 1", "model_contract_silent"),
        ('"last_weeks"', '"theta"', "own_model_name_taken"),
        ('"last_weeks"', '"My model"', "model_contract_name"),
        ("mean[:, None]", "1 / 0", "model_contract_error"),
        ("window: int = 6", "width: int = 6", "own_model_not_made"),
        ("class LastWeeks", "class Other", "own_model_class_missing"),
        ("import numpy as np", "import nothing_like_it", "own_model_file_broken"),
    ],
)  # fmt: skip
def test_a_model_that_breaks_the_contract_is_refused(
    tmp_path: Path, was: str, becomes: str, code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        check(tmp_path, GOOD.replace(was, becomes))


def test_only_files_of_the_folder_are_read(tmp_path: Path) -> None:
    folder_with(tmp_path, GOOD)
    (tmp_path / "outside.py").write_text(GOOD)
    (tmp_path / "models" / "link.py").symlink_to(tmp_path / "outside.py")
    assert model_files(tmp_path) == ("mine.py",)
    for name in ("../outside.py", "link.py", str(tmp_path / "outside.py"), "none.py"):
        with pytest.raises(NotFound, match="own_model_file_missing"):
            checked_model(tmp_path, name, "LastWeeks", {})


def test_a_file_that_changed_after_its_registration_is_not_loaded(
    tmp_path: Path, database: Database
) -> None:
    new = check(tmp_path, GOOD)
    made = database.write(lambda tx: register_own_model(tx, SYSTEM, new, key="k", now=NOW))
    folder_with(tmp_path, GOOD.replace("mean[:, None]", "mean[:, None] * 100"))
    own = own_candidates(tmp_path, [made])
    models, left_out = own.models, own.left_out
    assert models == ()
    assert [one.problem for one in left_out] == ["own_model_file_changed"]


def test_a_model_that_fails_in_a_run_is_left_out_and_the_run_goes_on(
    tmp_path: Path, database: Database
) -> None:
    # Kept the contract on the small panel; on a longer one it answers with negatives.
    text = GOOD.replace("return out\n", "return out - 99 * (panel.length > 100)\n")
    new = check(tmp_path, text)
    made = database.write(
        lambda tx: register_own_model(tx, SYSTEM, new, key=str(new_id()), now=NOW)
    )
    models = own_candidates(tmp_path, [made]).models
    long = check_panel(np.full((2, 120), 3.0))

    def work(own: Sequence[Model]) -> list[str]:
        for model in own:
            model.fit(long).predict(long, 4, [110])
        return ["naive", *(model.name for model in own)]

    done, failed = without_failing(models, work)
    assert done == ["naive"]
    assert [(one.name, one.problem) for one in failed] == [
        ("last_weeks", "model_contract_negative")
    ]
    assert not isinstance(failed[0], YibenError)
