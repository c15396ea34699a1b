"""`yiben up`: database, sample company, web and runner, started and stopped together.

Decides the order of a start. A start after any kind of death is the same start: orphans are ended,
a database that still runs is adopted, a sample company that was not finished is played again.
"""

import logging
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.i18n import t
from app.opening import ready_server, terminal_language
from app.owner_link import owner_ways
from app.ports import answers, free_port
from app.sample_start import wants_sample
from app.supervisor import SECONDS_BETWEEN_LOOKS, Supervisor, python_program
from inventory_core.db.companies import current_company, list_companies
from inventory_core.db.embedded import find_cluster, is_alive, start_embedded
from inventory_core.db.file_locks import try_lock
from inventory_core.db.server import Server
from inventory_core.errors import Refused, Unavailable
from inventory_core.settings import Settings, load_settings

WEB_PATIENCE_SECONDS = 90.0

log = logging.getLogger("yiben.up")
screen = Console()


def up(
    port: Annotated[int, typer.Option(help="first port to try")] = 0,
    host: Annotated[str, typer.Option(help="address to answer on")] = "",
    sample: Annotated[bool, typer.Option(help="play the sample company at first start")] = True,
) -> None:
    """Start Yiben: the database, the screens and the jobs. Ctrl-C stops all of them."""
    given = {"port": port or None, "host": host or None}
    changes = {name: value for name, value in given.items() if value is not None}
    if not sample:
        changes["sample_on_first_start"] = False
    settings = load_settings().model_copy(update=changes)
    language = terminal_language()
    folder = settings.data_folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = try_lock(folder / "up.lock")
    if lock is None:
        address = _read(folder / "run" / "address")
        raise Refused("already_up", address=address, folder=str(folder))
    try:
        supervisor = Supervisor(
            folder / "run" / "children.json", check=lambda: _revive(settings, language)
        )
        supervisor.catch_signals()
        supervisor.end_orphans()
        with screen.status(t("up.database", language=language)):
            server = ready_server(settings)
        if settings.sample_on_first_start and wants_sample(server, settings):
            # In a process of its own: the forecasting libraries weigh much and are needed once.
            load = ("-m", "app.cli", "sample", "load")
            supervisor.run_once(python_program("sample", load, child_environment(settings)))
        if not supervisor.stopping:
            _serve(settings, server, supervisor, language)
    finally:
        os.close(lock)


def _serve(settings: Settings, server: Server, supervisor: Supervisor, language: str) -> None:
    port = free_port(
        settings.host,
        settings.port,
        on_taken=lambda taken, by: screen.print(
            t("up.port_taken", language=language, port=str(taken), by=by or "?")
        ),
    )
    address = f"http://{_shown_host(settings.host)}:{port}"
    run = settings.data_folder / "run"
    run.mkdir(mode=0o700, exist_ok=True)
    (run / "address").write_text(address)
    environment = child_environment(settings)
    supervisor.start(
        [
            python_program(
                "web",
                (
                    *("-m", "uvicorn", "app.server:app", "--host", settings.host),
                    *("--port", str(port), "--log-level", "warning"),
                    *("--no-server-header", "--no-access-log"),
                ),
                environment,
            ),
            python_program("runner", ("-m", "jobs.runner"), environment),
        ]
    )
    try:
        _wait_for_web(settings.host, port, supervisor)
        if not supervisor.stopping:
            _say_where(settings, server, address, language)
        supervisor.watch()
    finally:
        supervisor.stop()
        (run / "address").unlink(missing_ok=True)
    screen.print(t("up.stopped", language=language))


def child_environment(settings: Settings) -> Mapping[str, str]:
    """What web and runner are told: our own environment with the settings in force."""
    told = {
        "YIBEN_DATA_FOLDER": str(settings.data_folder.absolute()),
        "YIBEN_HOST": settings.host,
        "PYTHONUNBUFFERED": "1",
    }
    return {**os.environ, **told}


def _wait_for_web(host: str, port: int, supervisor: Supervisor) -> None:
    deadline = time.monotonic() + WEB_PATIENCE_SECONDS
    while not answers(host, port) and not supervisor.stopping:
        supervisor.tend()
        if time.monotonic() > deadline:
            raise Unavailable("web_did_not_start", port=str(port))
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _say_where(settings: Settings, server: Server, address: str, language: str) -> None:
    screen.print()
    screen.print(t("up.ready", language=language, address=address), style="bold green")
    slug = current_company(settings.data_folder, settings.company)
    slugs = list_companies(server)
    link = owner_ways(server, settings, slug if slug in slugs else slugs[0], address)
    if link is not None:
        screen.print(t("up.owner_link", language=language, link=link), soft_wrap=True)
    screen.print(t("up.stop_hint", language=language), style="dim")


def _revive(settings: Settings, language: str) -> None:
    """Start the embedded database again where it died; the others reconnect by themselves."""
    if settings.database_url is not None:
        return
    cluster = find_cluster(settings.data_folder, user=settings.server_user)
    if not is_alive(cluster):
        log.warning(t("up.database_died", language=language))
        start_embedded(settings.data_folder, user=settings.server_user)


def _shown_host(host: str) -> str:
    if host in {"0.0.0.0", "::", "127.0.0.1"}:  # noqa: S104
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return "?"
