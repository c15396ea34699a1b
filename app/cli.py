"""The `yiben` command line. Decides which commands there are and how a refusal looks; does no work.

A command's module is imported when the command is called, so that `yiben doctor` does not wait for
the forecasting libraries. Every command is a function or a typer group of the name given here.
"""

import importlib
import logging
import sys
from typing import Any

import typer
import typer.core
import typer.main
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from app.i18n import catalogue, error_words, t
from app.opening import leave_server, terminal_language, using_server
from inventory_core.errors import YibenError
from inventory_core.logs import set_up_logging
from inventory_core.settings import load_settings

# Command: its module, the name in it, and the key of its one-line help.
COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("app.commands.up", "up"),
    "sample": ("app.commands.sample", "sample"),
    "import": ("app.commands.imports", "import_"),
    "export": ("app.commands.export", "export"),
    "plan": ("app.commands.plan", "plan"),
    "job": ("app.commands.job", "job"),
    "backtest": ("app.commands.backtest", "backtest"),
    "replay": ("app.commands.replay", "replay"),
    "model": ("app.commands.model", "model"),
    "notebook": ("app.commands.notebook", "notebook"),
    "verify": ("app.commands.verify", "verify"),
    "migrate": ("app.commands.database", "migrate"),
    "backup": ("app.commands.database", "backup"),
    "restore": ("app.commands.database", "restore"),
    "doctor": ("app.commands.doctor", "doctor"),
}

log = logging.getLogger("yiben")


class CommandsByName(typer.core.TyperGroup):
    """The group of all commands, each imported when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The commands in the order of a seller's first week."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command itself; for the list of commands only its name and one line."""
        if cmd_name not in COMMANDS:
            return None
        if any(word in {"--help", "-h"} for word in sys.argv[1:2]) or len(sys.argv) == 1:
            line = t(f"cli.{cmd_name}", language=terminal_language())
            return _as_command(cmd_name, lambda: None, line)
        module, attribute = COMMANDS[cmd_name]
        line = t(f"cli.{cmd_name}", language=terminal_language())
        return _as_command(cmd_name, getattr(importlib.import_module(module), attribute), line)


def _as_command(name: str, work: Any, line: str) -> Any:
    if isinstance(work, typer.Typer):
        command = typer.main.get_command(work)
    else:
        holder = typer.Typer(add_completion=False, rich_markup_mode=None)
        holder.command(name, help=work.__doc__ or line)(work)
        command = typer.main.get_command(holder)
    command.name = name
    command.short_help = line
    if work.__doc__ is None or not isinstance(work, typer.Typer):
        command.help = command.help or line
    return command


cli = typer.Typer(
    cls=CommandsByName,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


@cli.callback()
def yiben() -> None:
    """Yiben (一本账): one book for stock, orders, forecasts and purchases."""


def main() -> None:
    """Entry of the program: one refusal is one sentence and exit code 1."""
    language = terminal_language()
    try:
        settings = load_settings()
        set_up_logging(settings.log_format)
        with using_server(settings) as alone:
            try:
                cli(prog_name="yiben", standalone_mode=True)
            finally:
                leave_server(settings, alone)
    except YibenError as error:
        Console(stderr=True).print(f"[red]✗[/red] {escape(sentence(error, language))}")
        sys.exit(1)
    except ValidationError as error:
        first = error.errors()[0]
        name = "YIBEN_" + "_".join(map(str, first["loc"])).upper()
        words = t("cli.bad_setting", language=language, name=name, reason=first["msg"])
        Console(stderr=True).print(f"[red]✗[/red] {escape(words)}")
        sys.exit(2)


def sentence(error: YibenError, language: str) -> str:
    """The error as plain text for a terminal."""
    key = f"error.{error.code}"
    if key not in catalogue(language):
        return str(error)
    return t(key, language=language, **error_words(error, language))


if __name__ == "__main__":
    main()
