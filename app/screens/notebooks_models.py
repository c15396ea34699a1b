"""Models of one's own on screen: which compete, whose they are, and the button that retires one.

Registering runs the model's code and is therefore done in the terminal, not by the web process.
"""

import json
from typing import Any

import pandas as pd
import streamlit as st

from app import session
from app.companies import companies
from app.i18n import md, t
from app.widgets import empty_state
from app.widgets_acts import act_button
from app.widgets_tables import Moment, Text, export_button, table
from inventory_core.office.actors import Permission
from inventory_core.planning.own_models import OwnModel, own_models, retire_own_model

HASH_SHOWN = 12


def draw_models() -> None:
    """The registrations, newest first."""
    found = session.read(own_models)
    folder = str(companies().settings.data_folder / "models")
    if not found:
        empty_state(":material/model_training:", md("models.none"))
    else:
        rows = pd.DataFrame([_row(one) for one in found])
        columns: dict[str, Any] = {
            name: Text(t(f"models.column.{name}"))
            for name in ("name", "state", "file", "hash", "parameters", "who")
        }
        columns["when"] = Moment(t("models.column.when"))
        ticked = table(rows, columns, key="own_models", select="one", height="content")
        export_button(rows, columns, name="own_models")
        chosen = found[ticked[0]] if ticked else None
        if chosen is not None and chosen.active:
            _retire(chosen.name)
    st.caption(md("notebooks.models_how", folder=folder))


def _retire(name: str) -> None:
    act_button(
        f"{t('notebooks.retire')}: {name}",
        lambda tx, actor, now, _key: retire_own_model(tx, actor, name, now=now),
        name=f"retire_{name}",
        done=lambda _: md("models.retired_done", name=name),
        permission=Permission.MODEL_REGISTER,
        icon=":material/archive:",
    )


def _row(one: OwnModel) -> dict[str, Any]:
    return {
        "name": one.name,
        "state": t("models.active" if one.active else "models.retired"),
        "file": f"{one.file_name} · {one.class_name}",
        "hash": one.file_hash[:HASH_SHOWN],
        "parameters": json.dumps(dict(one.parameters), ensure_ascii=False),
        "who": one.person_name,
        "when": one.recorded_at,
    }
