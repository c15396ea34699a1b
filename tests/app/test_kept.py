"""Answers kept: how many, how long."""

from app.kept import Kept


def test_an_answer_is_made_once_while_it_lives() -> None:
    kept, made = Kept(most=2), []

    def make() -> int:
        made.append(1)
        return len(made)

    assert [kept.get("a", make, 60), kept.get("a", make, 60)] == [1, 1]
    assert kept.get("b", make, 0) == 2
    assert kept.get("b", make, 0) == 3


def test_the_least_used_answer_goes_first() -> None:
    kept = Kept(most=2)
    for key in ("a", "b", "a", "c"):
        kept.get(key, lambda key=key: key.upper(), 60)
    assert kept.get("a", lambda: "new", 60) == "A"
    assert kept.get("b", lambda: "new", 60) == "new"
