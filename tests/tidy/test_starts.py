"""What people wait for starts light: no program loads a library that it does not need."""

import pytest

from tests.tidy.source import imported_names, modules

# Seconds of a processor each, on machines that start the web, the runner and a server at once.
LEARNING = ("prophet", "sklearn", "scipy.stats", "scipy.signal")
FRAMES = ("pandas", "pyarrow", "scipy", "holidays", "openpyxl", "reportlab", "papermill")
SCREENS = ("streamlit", "plotly", "fastapi")


@pytest.mark.parametrize(
    ("start", "heavy"),
    [
        ("app.server", LEARNING),
        ("app.main", LEARNING),
        ("jobs.runner", (*LEARNING, *FRAMES, *SCREENS)),
        ("app.cli", (*LEARNING, *FRAMES, *SCREENS)),
        ("app.supervisor", (*LEARNING, *FRAMES, *SCREENS)),
    ],
)
def test_a_program_starts_without_what_it_does_not_need(start: str, heavy: tuple[str, ...]) -> None:
    known = {module.name: module for module in modules()}
    ways = {start: start}
    waiting, wrong = [start], []
    while waiting:
        here = waiting.pop()
        for name, _ in imported_names(known[here]):
            if any(f"{name}.".startswith(f"{library}.") for library in heavy):
                wrong.append(f"{ways[here]} -> {name}")
            target = name if name in known else name.rpartition(".")[0]
            if target in known and target not in ways:
                ways[target] = f"{ways[here]} -> {target}"
                waiting.append(target)
    assert wrong == []
