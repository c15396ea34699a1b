"""Import: bring a file in, complete the data, look back and undo. Draws; the core decides."""

from app import session
from app.i18n import md, moment, number, t
from app.screens.imports_complete import draw_complete
from app.screens.imports_history import draw_history
from app.screens.imports_load import draw_load
from app.widgets import page_head
from app.widgets_scope import scope_bar
from inventory_core.desk.imports_runs import list_imports

_PARTS = {"load": draw_load, "complete": draw_complete, "history": draw_history}


def draw() -> None:
    """One of three parts, chosen in the address."""
    latest = session.read(lambda conn: list_imports(conn, limit=1))
    sentence = md("imports.sentence_empty")
    if latest:
        sentence = md(
            "imports.sentence",
            what=t(f"imports.template.{latest[0].template}"),
            rows=number(latest[0].counts.get("rows", 0)),
            when=moment(latest[0].recorded_at),
        )
    page_head(md("imports.title"), sentence)
    chosen = scope_bar({"part": {name: t(f"imports.part.{name}") for name in _PARTS}})["part"]
    with session.part():
        _PARTS[chosen]()
