"""SKUs and what a code is: one rule, whole batches, versions."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from inventory_core.catalog.codes import clean_code, code_key
from inventory_core.catalog.kits import explode_kits, set_kit_parts
from inventory_core.catalog.listings import NewAccount, NewListing, create_accounts, create_listings
from inventory_core.catalog.skus import (
    NewSku,
    change_sku,
    create_skus,
    find_by_any_code,
    read_sku,
    sku_ids,
    skus_named,
)
from inventory_core.db.engine import Database
from inventory_core.db.schema.catalog import barcode, sku
from inventory_core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from inventory_core.office.actors import SYSTEM, Actor
from inventory_core.vocabulary import PersonId, Role

READER = Actor(PersonId(0), "reader", frozenset({Role.READER}))


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("00123", "00123"),
        ("1E5", "1E5"),
        ("  A-1 ", "A-1"),
        ("Ａ－１", "A-1"),
        ("A\u00a0B", "A B"),
        ("café", unicodedata.normalize("NFC", "café")),
        ("٣", "٣"),
    ],
)
def test_a_code_is_kept_as_text_in_one_form(given_text: str, kept: str) -> None:
    assert clean_code(given_text) == kept


@pytest.mark.parametrize(
    "text", ["", "  ", "A\x00B", "A\tB", "A\u200bB", "\u202eABC", "A\u2028B", "\ud800"]
)
def test_a_code_with_nothing_or_something_unseen_in_it_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        clean_code(text)


def test_trap_55_a_number_is_never_a_code() -> None:
    with pytest.raises(Invalid, match="code_not_text"):
        clean_code(17850.0)


@given(st.text(max_size=40))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    try:
        once = clean_code(text)
    except Invalid:
        return
    assert clean_code(once) == once
    assert code_key(once) == code_key(text)


def test_two_spellings_are_never_two_skus(database: Database) -> None:
    with database.writing() as tx:
        made = create_skus(tx, SYSTEM, [NewSku("Lamp-1", "Lamp"), NewSku("lamp-2", "Lamp")])
    assert set(made) == {"Lamp-1", "lamp-2"}
    with pytest.raises(Conflict) as told, database.writing() as tx:
        create_skus(tx, SYSTEM, [NewSku("LAMP-3", "x"), NewSku("ＬＡＭＰ－1", "x")])
    assert told.value.params["rows"] == [2]
    with database.reading() as conn:
        assert conn.scalar(select(func.count()).select_from(sku)) == 2
        assert sku_ids(conn, ["LAMP-1", "nothing"]) == {"lamp-1": made["Lamp-1"]}


def test_codes_that_a_person_typed_are_found_in_their_order_or_the_first_unknown_is_named(
    database: Database,
) -> None:
    with database.writing() as tx:
        made = create_skus(tx, SYSTEM, [NewSku("LAMP", "Lamp"), NewSku("CUP", "Cup")])
        assert skus_named(tx, ["cup", "LAMP", " cup "]) == [made["CUP"], made["LAMP"], made["CUP"]]
        with pytest.raises(NotFound) as told:
            skus_named(tx, ["CUP", "MUG", "JUG"])
        assert (told.value.code, told.value.params["value"]) == ("sku_code_unknown", "MUG")
        with pytest.raises(Invalid, match="code_missing"):
            skus_named(tx, ["CUP", ""])


def test_a_batch_names_the_row_that_is_wrong(database: Database) -> None:
    skus = [NewSku("A", "a"), NewSku("B", "b", carton_quantity=0)]
    with pytest.raises(Invalid) as told, database.writing() as tx:
        create_skus(tx, SYSTEM, skus)
    assert told.value.params["row"] == 2
    assert told.value.params["field"] == "carton_quantity"
    with pytest.raises(Invalid, match="codes_repeated"), database.writing() as tx:
        create_skus(tx, SYSTEM, [NewSku("A", "a"), NewSku("a", "b")])
    with database.reading() as conn:
        assert conn.scalar(select(func.count()).select_from(sku)) == 0


def test_ten_thousand_skus_are_one_batch(database: Database) -> None:
    started = time.perf_counter()
    skus = [NewSku(f"SKU-{n:05}", f"Thing {n}", barcodes=(f"69{n:011}",)) for n in range(10_000)]
    with database.writing() as tx:
        made = create_skus(tx, SYSTEM, skus)
    print(f"10,000 SKUs in {time.perf_counter() - started:.2f} s")
    assert len(made) == 10_000
    with database.reading() as conn:
        assert conn.scalar(select(func.count()).select_from(barcode)) == 10_000
        assert len(sku_ids(conn, [new.code for new in skus])) == 10_000


def test_a_change_names_the_version_it_saw(database: Database) -> None:
    with database.writing() as tx:
        sku_id = create_skus(tx, SYSTEM, [NewSku("A", "old")])["A"]
    with database.writing() as tx:
        assert change_sku(tx, SYSTEM, sku_id, {"name": "new"}, version=1) == 2
    with pytest.raises(Conflict, match="version_changed"), database.writing() as tx:
        change_sku(tx, SYSTEM, sku_id, {"name": "newer"}, version=1)
    with pytest.raises(Invalid, match="unknown_field"), database.writing() as tx:
        change_sku(tx, SYSTEM, sku_id, {"code": "B"}, version=2)
    with database.reading() as conn:
        assert read_sku(conn, sku_id).name == "new"


def test_a_reader_changes_nothing(database: Database) -> None:
    with pytest.raises(Forbidden), database.writing() as tx:
        create_skus(tx, READER, [NewSku("A", "a")])


def test_a_text_finds_its_sku_by_code_barcode_or_seller_sku(database: Database) -> None:
    with database.writing() as tx:
        ids = create_skus(
            tx, SYSTEM, [NewSku("A", "a", barcodes=("6900001",)), NewSku("6900001x", "b")]
        )
        account = create_accounts(
            tx, SYSTEM, [NewAccount("us", "US", "shopify", "USD", "America/New_York")]
        )["us"]
        create_listings(tx, SYSTEM, [NewListing(account, "MSKU-9", ids["A"])])
    with database.reading() as conn:
        assert [(f.sku_id, f.matched_by) for f in find_by_any_code(conn, " a ")] == [
            (ids["A"], "code")
        ]
        assert find_by_any_code(conn, "6900001")[0].matched_by == "barcode"
        assert find_by_any_code(conn, "MSKU-9")[0].matched_by == "listing"
        assert find_by_any_code(conn, "nothing") == []


def test_a_barcode_belongs_to_one_sku(database: Database) -> None:
    with pytest.raises(Conflict, match="barcodes_taken"), database.writing() as tx:
        create_skus(
            tx, SYSTEM, [NewSku("A", "a", barcodes=("69",)), NewSku("B", "b", barcodes=("69",))]
        )


def test_a_part_shared_by_two_kits_is_summed(database: Database) -> None:
    with database.writing() as tx:
        ids = create_skus(tx, SYSTEM, [NewSku(code, code) for code in "ABPQ"])
        set_kit_parts(tx, SYSTEM, ids["A"], {ids["P"]: 2})
        set_kit_parts(tx, SYSTEM, ids["B"], {ids["P"]: 1, ids["Q"]: 3})
        needed = explode_kits(tx, {ids["A"]: 5, ids["B"]: 2, ids["Q"]: 1})
    assert needed == {ids["P"]: 12, ids["Q"]: 7}
    with pytest.raises(Refused, match="kit_inside_kit"), database.writing() as tx:
        set_kit_parts(tx, SYSTEM, ids["Q"], {ids["A"]: 1})
