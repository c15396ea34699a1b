"""`yiben export NAME`: a whole table as xlsx, csv or parquet. Decides the name of the file."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.i18n import t
from app.opening import opened_company, terminal_language
from inventory_core.desk.exports import EXPORTS, export_table
from inventory_core.office.actors import SYSTEM

screen = Console()


def export(
    name: Annotated[str, typer.Argument(help=", ".join(EXPORTS))],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="file to write")] = None,
    kind: Annotated[str, typer.Option(help="xlsx, csv or parquet; default: by the file")] = "",
    company: Annotated[str, typer.Option(help="company; default: the one last opened")] = "",
) -> None:
    """Write a whole table as a file; texts are disarmed against formulas."""
    wanted = kind or (output.suffix.lstrip(".").lower() if output else "") or "xlsx"
    table = name.replace("-", "_")
    target = output or Path(f"{table}.{wanted}")
    with opened_company(company) as opened, opened.database.reading() as conn:
        content, count = export_table(conn, SYSTEM, table, wanted)
    target.write_bytes(content)
    words = t("imports.export_done", language=terminal_language(), file=str(target), rows=count)
    screen.print(words, soft_wrap=True)
