"""`yiben doctor`: what is well and what is not, and a bundle for whoever helps.

Decides which things are looked at. Starts nothing that does not run, changes nothing, and writes
no secret: passwords, keys and links never enter the bundle.
"""

import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.diagnosis import Finding, State, diagnose, log_tails
from app.i18n import t
from app.opening import terminal_language
from inventory_core.clock import utc_now
from inventory_core.settings import load_settings

_MARKS = {State.WELL: "[green]●[/green]", State.NOTE: "[yellow]●[/yellow]"}
screen = Console()


def doctor(
    bundle: Annotated[Path | None, typer.Option(help="write a zip for whoever helps")] = None,
) -> None:
    """Look at versions, disk, database, migrations, backups and jobs."""
    settings, language = load_settings(), terminal_language()
    findings = diagnose(settings, now=utc_now())
    table = Table(box=None, show_header=False, pad_edge=False)
    for finding in findings:
        name = t(f"doctor.{finding.subject}", language=language)
        mark = _MARKS.get(finding.state, "[red]●[/red]")
        advice = t(finding.advice, language=language) if finding.advice else ""
        table.add_row(mark, name, finding.value, advice)
    screen.print(table)
    if bundle is not None:
        write_bundle(bundle, findings, settings.data_folder)
        screen.print(t("doctor.bundle_written", language=language, file=str(bundle)))
    if any(finding.state is State.BAD for finding in findings):
        raise typer.Exit(1)


def write_bundle(file: Path, findings: list[Finding], data_folder: Path) -> None:
    """The findings and the ends of the logs as a zip; nothing else from the data folder."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        content = [asdict(finding) for finding in findings]
        archive.writestr("findings.json", json.dumps(content, indent=1, ensure_ascii=False))
        for name, tail in log_tails(data_folder).items():
            archive.writestr(f"logs/{name}", tail)
    file.chmod(0o600)
