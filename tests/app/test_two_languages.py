"""Names that say themselves in two languages: the reader's first, and nothing cut in the middle."""

import pytest

from app.two_languages import fitted, own_first

LAMP = "Desk lamp, black(台灯 黑色)"


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        (LAMP, "台灯 黑色 (Desk lamp, black)", "Desk lamp, black (台灯 黑色)"),
        ("阳江科达（Yangjiang Keda）", "阳江科达 (Yangjiang Keda)", "Yangjiang Keda (阳江科达)"),
        ("Lamp (black)", "Lamp (black)", "Lamp (black)"),
        ("台灯（黑色）", "台灯（黑色）", "台灯（黑色）"),
        ("Lamp (台灯) (new)", "Lamp (台灯) (new)", "Lamp (台灯) (new)"),
        ("Lamp(台灯", "Lamp(台灯", "Lamp(台灯"),
        ("", "", ""),
    ],
)
def test_the_readers_language_comes_first_and_nothing_is_lost(name: str, zh: str, en: str) -> None:
    assert (own_first(name, "zh"), own_first(name, "en")) == (zh, en)


def test_a_narrow_cell_leaves_the_other_language_out_whole() -> None:
    assert fitted(LAMP, 400, before="LMP-01 · ", language="en") == own_first(LAMP, "en")
    assert fitted(LAMP, 200, before="LMP-01 · ", language="en") == "Desk lamp, black"
    assert fitted(LAMP, 200, before="LMP-01 · ", language="zh") == "台灯 黑色"


def test_a_name_in_one_language_is_never_shortened() -> None:
    assert fitted("Desk lamp, black, with a very long foot", 60, language="zh") == (
        "Desk lamp, black, with a very long foot"
    )
