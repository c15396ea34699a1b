"""Words for what learning keeps: reasons of a release, names of segments. Reads nothing."""

from app.i18n import percent, t
from inventory_core.planning.registry import Release


def reason_words(one: Release, language: str = "") -> str:
    """Why a release holds its state."""
    return t(
        f"learning.release_{one.reason}",
        language=language,
        gain=percent(one.gain, 1, language=language),
        against=one.against_id or 0,
    )


def segment_name(name: str) -> str:
    """A segment's code such as `sparse_grown_small`, in words."""
    return " · ".join(t(f"learning.segment_{part}") for part in name.split("_"))
