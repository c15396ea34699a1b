"""One logging configuration for every process. Decides form and place of log lines, not content.

`console` is for eyes, `json` for machines. Everything goes to the error output, so that the
results of commands stay clean.
"""

import logging
import sys

import structlog

_QUIET = ("alembic", "sqlalchemy", "uvicorn.access", "watchdog", "PIL")
_SILENT = ("apscheduler", "cmdstanpy", "prophet")


def set_up_logging(form: str, *, level: int = logging.INFO) -> None:
    """Send the program's own and all libraries' log lines through one formatter."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for names, least in ((_QUIET, logging.WARNING), (_SILENT, logging.ERROR)):
        for name in names:
            logging.getLogger(name).setLevel(least)
