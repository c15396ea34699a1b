"""What a plan stood on as one small document, and the plan again from that document alone.

Decides its form: JSON inside xz, with the version of the form, the code and the libraries that
planned, and every fact of `PlanFacts` with its type. The demand of every series is inside: the
forecasts of a run are forgotten sooner than what somebody decided on. Reads and writes no table.
"""

import json
import lzma
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any

from forecasting.replenish import Plan, PlanFacts, policies_of, proposals_of
from forecasting.typed_records import Shapes, read, written
from inventory_core.errors import Refused
from inventory_core.planning.plan_snapshots import NewSnapshot, short_id

FORMAT = "yiben plan snapshot"
# Raised when values are written in another way; a field more or less needs no new version.
FORMAT_VERSION = 1
# A quarter more than the smallest, in a tenth of the time.
PRESET = 1
LIBRARIES = ("numpy", "scipy")
PACKAGES = ("forecasting", "inventory_core")


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """A document as it was read: its facts, and the code and libraries that planned with them."""

    facts: PlanFacts
    made_with: Mapping[str, str]

    @property
    def other_code(self) -> bool:
        """Other code or libraries than here: they may plan otherwise."""
        return dict(self.made_with) != planner()


def snapshot_of(facts: PlanFacts, plan: Plan, *, run_id: int, whole: bool) -> NewSnapshot:
    """The facts of a plan with the fingerprint of its answer, ready to be kept."""
    told = {"format": FORMAT, "version": FORMAT_VERSION, "made_with": planner()}
    text = json.dumps(told | written(facts, _shapes()), separators=(",", ":"), allow_nan=False)
    content = lzma.compress(text.encode(), preset=PRESET)
    return NewSnapshot(
        id=sha256(content).hexdigest(),
        run_id=run_id,
        as_of_on=facts.as_of,
        whole=whole,
        answer_hash=answer_hash(plan),
        content=content,
    )


def document_of(snapshot_id: str, content: bytes) -> PlanDocument:
    """The document again. Refused where it is not what was kept under this id, or of a form that
    this version does not read.
    """
    named = {"snapshot": short_id(snapshot_id)}
    if sha256(content).hexdigest() != snapshot_id:
        raise Refused("snapshot_damaged", **named)
    told = json.loads(lzma.decompress(content))
    if told.get("format") != FORMAT or told.get("version") != FORMAT_VERSION:
        found = told.get("version", "—")
        raise Refused("snapshot_of_other_version", found=found, known=FORMAT_VERSION, **named)
    return PlanDocument(read(told, _shapes()), told["made_with"])


def answer_hash(plan: Plan) -> str:
    """Fingerprint of all that a plan says: suggestions with their reasons, covers, the report."""
    said: list[Any] = [asdict(one) for one in proposals_of(plan)]
    said += [asdict(one) for one in policies_of(plan)]
    text = json.dumps([said, plan.report], sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()


@cache
def planner() -> dict[str, str]:
    """The code and the libraries that plan here."""
    found = sha256()
    root = Path(__file__).parent.parent
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            found.update(path.read_bytes())
    told = {"code": found.hexdigest()[:16], "python": python_version()}
    return told | {name: version(name) for name in LIBRARIES}


@cache
def _shapes() -> Shapes:
    return Shapes(PlanFacts)
