"""Models of one's own: a Python file of the data folder, checked, registered, then a candidate.

Decides when such a file is loaded (only where its bytes have the registered hash) and what happens
to a model that fails: refused with its rule at registration, left out with a warning at planning,
so that nobody's plan waits for it. Whose code runs is a person's decision with a permission of its
own; nothing here confines that code.
"""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

from forecasting.analogue import ANALOGUE
from forecasting.candidates import BLEND, candidate_models
from forecasting.models.contract import Model
from forecasting.models.contract_check import HORIZON, check_contract, require_shape
from forecasting.panel import Panel
from inventory_core.errors import Invalid, NotFound, Refused, YibenError
from inventory_core.planning.own_models import NewOwnModel, OwnModel

Floats = npt.NDArray[np.float64]
Result = TypeVar("Result")

FOLDER = "models"
MOST_FILE_BYTES = 500_000
_FILE_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}\.py")
_TAKEN = (BLEND, "prophet", ANALOGUE)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An active model that did not take part in a run, and why (a code and its facts)."""

    name: str
    problem: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OwnCandidates:
    """Models of one's own that take part, the hashes of their files, and those left out."""

    models: tuple[Model, ...]
    hashes: Mapping[str, str]
    left_out: tuple[LeftOut, ...]


def model_files(data_folder: Path) -> tuple[str, ...]:
    """Names of the Python files that may be registered."""
    found = (data_folder / FOLDER).glob("*.py")
    return tuple(sorted(path.name for path in found if path.is_file() and not path.is_symlink()))


def checked_model(
    data_folder: Path, file_name: str, class_name: str, parameters: Mapping[str, Any]
) -> NewOwnModel:
    """Read the file once and hold its class to the contract; the error says what is wrong."""
    source = _source(data_folder, file_name)
    make = _maker(source, file_name, class_name, parameters)
    check_contract(make)
    name = make().name
    if name in _TAKEN or name in {one.name for one in candidate_models(HORIZON, 0, priced=True)}:
        raise Invalid("own_model_name_taken", field="name", value=name)
    return NewOwnModel(name, file_name, class_name, dict(parameters), sha256(source).hexdigest())


def write_model(data_folder: Path, file_name: str, source: str) -> Path:
    """Put a model's source into the folder under a plain name; what was there is replaced."""
    if not _FILE_NAME.fullmatch(file_name):
        raise Invalid("own_model_file_name", field="file", value=file_name)
    folder = data_folder / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / file_name
    path.write_text(source, encoding="utf-8")
    return path


def tried_model(data_folder: Path, new: NewOwnModel) -> Model:
    """A checked model as a candidate of one's own backtest, registered or not."""
    make = _maker(
        _source(data_folder, new.file_name), new.file_name, new.class_name, new.parameters
    )
    return _Watched(make(), new.name)


def own_candidates(data_folder: Path | None, registered: Sequence[OwnModel]) -> OwnCandidates:
    """Fresh candidates of the active registrations, and those whose file is not what it was."""
    if data_folder is None:
        return OwnCandidates((), {}, ())
    models: list[Model] = []
    hashes: dict[str, str] = {}
    left_out: list[LeftOut] = []
    for one in sorted(registered, key=lambda one: one.name):
        try:
            source = _source(data_folder, one.file_name)
            if sha256(source).hexdigest() != one.file_hash:
                raise Refused("own_model_file_changed", name=one.name, file=one.file_name)
            make = _maker(source, one.file_name, one.class_name, one.parameters)
            models.append(_Watched(make(), one.name))
            hashes[one.name] = one.file_hash
        except YibenError as error:
            left_out.append(LeftOut(one.name, error.code, dict(error.params)))
        except Exception as error:
            params = {"name": one.name, "words": _words(error)}
            left_out.append(LeftOut(one.name, "own_model_failed", params))
    return OwnCandidates(tuple(models), hashes, tuple(left_out))


def without_failing(
    own: Sequence[Model], work: Callable[[Sequence[Model]], Result]
) -> tuple[Result, list[LeftOut]]:
    """`work` with all own models, and again without each one that fails in it."""
    left, left_out = list(own), list[LeftOut]()
    while True:
        try:
            return work(left), left_out
        except _FailedError as failed:
            left = [model for model in left if model.name != failed.name]
            left_out.append(LeftOut(failed.name, failed.problem, failed.params))


class _FailedError(Exception):
    """An own model broke its word in the middle of a run."""

    def __init__(self, name: str, problem: str, params: Mapping[str, Any]) -> None:
        super().__init__(name)
        self.name, self.problem, self.params = name, problem, params


@dataclass
class _Watched:
    """An own model whose every answer is looked at; a failure names the model."""

    model: Model
    name: str

    def fit(self, panel: Panel) -> Self:
        self._tried(lambda: self.model.fit(panel))
        return self

    def predict(self, panel: Panel, horizon: int, origins: Sequence[int]) -> Floats:
        shape = (len(origins), panel.count, horizon)
        return self._tried(
            lambda: require_shape(self.model.predict(panel, horizon, origins), shape)
        )

    def _tried(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except YibenError as error:
            raise _FailedError(self.name, error.code, dict(error.params)) from error
        except Exception as error:
            params = {"name": self.name, "words": _words(error)}
            raise _FailedError(self.name, "own_model_failed", params) from error


def _source(data_folder: Path, file_name: str) -> bytes:
    """The bytes of a file of the folder; a name that is not on its list is not opened."""
    if file_name not in model_files(data_folder):
        raise NotFound("own_model_file_missing", file=file_name, folder=FOLDER)
    path = data_folder / FOLDER / file_name
    if path.stat().st_size > MOST_FILE_BYTES:
        raise Invalid("own_model_file_too_large", file=file_name, most=MOST_FILE_BYTES)
    return path.read_bytes()


def _maker(
    source: bytes, file_name: str, class_name: str, parameters: Mapping[str, Any]
) -> Callable[[], Model]:
    """Runs exactly the bytes that were hashed; the file is not read a second time."""
    module = ModuleType(f"own_model_{Path(file_name).stem}")
    # A dataclass looks its module up by name.
    sys.modules[module.__name__] = module
    try:
        exec(compile(source, file_name, "exec"), module.__dict__)  # noqa: S102 - see the docstring
    except Exception as error:
        raise Invalid("own_model_file_broken", file=file_name, words=_words(error)) from error
    kind = getattr(module, class_name, None)
    if not isinstance(kind, type):
        raise Invalid("own_model_class_missing", file=file_name, value=class_name)
    try:
        kind(**parameters)
    except Exception as error:
        raise Invalid("own_model_not_made", value=class_name, words=_words(error)) from error
    return lambda: kind(**parameters)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
