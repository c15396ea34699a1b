"""Errors of the tree as HTTP. Decides the status of each kind, in one table; writes no sentence
twice: the words come from the same texts as on the screens.
"""

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse

from app.i18n import best_language, t
from app.problems import note_problem
from inventory_core.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    Unavailable,
    YibenError,
)

STATUS_OF: dict[type[YibenError], int] = {
    Invalid: 422,
    NotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    Refused: 409,
    Unavailable: 503,
}


def add_handlers(api: FastAPI) -> None:
    """Answer every failure of the API as JSON: code, sentence, parameters."""
    api.add_exception_handler(YibenError, _known)
    api.add_exception_handler(Exception, _unknown)


def _known(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, YibenError)
    language = best_language(request.headers.get("accept-language", ""))
    params = {name: str(value) for name, value in error.params.items()}
    sentence = t(f"error.{error.code}", language=language, **dict(error.params))
    body = {"code": error.code, "message": sentence, "params": params}
    return JSONResponse(body, STATUS_OF.get(type(error), 400))


def _unknown(request: Request, error: Exception) -> JSONResponse:
    number = note_problem(error, where=request.url.path)
    language = best_language(request.headers.get("accept-language", ""))
    sentence = t("error.unexpected", language=language, number=number)
    return JSONResponse({"code": "unexpected", "message": sentence, "number": number}, 500)
