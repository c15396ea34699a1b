"""`yiben migrate`, `backup`, `restore`. Decides names of files and words; the core works."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.i18n import t
from app.opening import ready_server, terminal_language
from inventory_core.clock import utc_now
from inventory_core.db.backup import back_up_company, restore_company
from inventory_core.db.companies import current_company, list_companies, remember_company
from inventory_core.db.migrate import newest_revision
from inventory_core.settings import load_settings

screen = Console()


def migrate() -> None:
    """Bring the databases of all companies to the schema of this program."""
    server = ready_server(load_settings())
    for slug in list_companies(server):
        screen.print(
            t(
                "database.migrated",
                language=terminal_language(),
                company=slug,
                revision=newest_revision(),
            )
        )


def backup(
    file: Annotated[Path | None, typer.Argument(help="file to write; default: backups/")] = None,
    company: Annotated[str, typer.Option(help="company; default: the one last opened")] = "",
) -> None:
    """Write one company into a file, with a manifest beside it."""
    settings, language = load_settings(), terminal_language()
    server = ready_server(settings)
    slug = current_company(settings.data_folder, company or settings.company)
    now = utc_now()
    target = file or default_backup_file(settings.data_folder, slug, now)
    with screen.status(t("database.backing_up", language=language, company=slug)):
        manifest = back_up_company(server, slug, target, now=now)
    screen.print(
        t(
            "database.backed_up",
            language=language,
            company=slug,
            file=str(target),
            rows=sum(manifest.rows.values()),
            megabytes=round(manifest.size / 1024**2, 1),
        ),
        soft_wrap=True,
    )


def restore(
    file: Annotated[Path, typer.Argument(help="file that `yiben backup` wrote")],
    company: Annotated[str, typer.Option(help="name to restore as; default: its own")] = "",
    replace: Annotated[bool, typer.Option("--replace", help="overwrite the company")] = False,
) -> None:
    """Bring a backup back; an existing company is overwritten only with --replace."""
    settings, language = load_settings(), terminal_language()
    server = ready_server(settings)
    with screen.status(t("database.restoring", language=language, file=str(file))):
        slug = restore_company(server, file, company, replace=replace)
    remember_company(settings.data_folder, slug)
    screen.print(t("database.restored", language=language, company=slug), soft_wrap=True)


def default_backup_file(data_folder: Path, slug: str, now: datetime) -> Path:
    """`backups/<company>-<time>.dump` in the data folder."""
    return data_folder / "backups" / f"{slug}-{now:%Y%m%dT%H%M%SZ}.dump"
