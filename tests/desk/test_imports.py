"""Files by template: whole or not at all, problems by cell, once, and taken back whole."""

import io
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import text

from inventory_core.db.engine import Database
from inventory_core.desk.imports import LOADERS, import_file
from inventory_core.desk.imports_runs import list_imports, treated_rows
from inventory_core.desk.imports_templates import TEMPLATES
from inventory_core.desk.imports_undo import undo_import
from inventory_core.desk.imports_workbooks import template_csv, template_workbook
from inventory_core.errors import Invalid, NotFound, Refused
from inventory_core.office.actors import SYSTEM
from inventory_core.stock.verify import verify_book
from inventory_core.vocabulary import Language
from tests.desk.importing import NOW, csv_file, found, load, sheet_file, values

SKU_LINES = ("SKU,Name,Units per carton", "00123,Candle,24", "1E5,Lamp,", "１２,Full width,6")
PLACE_LINES = (
    "Warehouse code,Warehouse name,Warehouse kind,Country,Time zone",
    "SZ,Shenzhen,own,CN,Asia/Shanghai",
)
OFFER_LINES = (
    "Supplier code,SKU,Currency,Unit price,From quantity,Lead time (days),MOQ,Supplier country",
    "S1,00123,CNY,12.5,1,45,100,CN",
    "S1,00123,CNY,11,500,45,100,CN",
    "S1,1E5,CNY,30,1,20,10,CN",
)
STOCK_LINES = ("SKU,Warehouse,Quantity,Unit cost", "00123,SZ,120,12.5", "1E5,sz,5,30.1")


@pytest.fixture
def seller(database: Database, tmp_path: Path) -> Database:
    """A company with three SKUs and a warehouse, all by import."""
    found(database)
    assert load(database, "skus", csv_file(tmp_path, "skus.csv", SKU_LINES)).written
    assert load(database, "warehouses", csv_file(tmp_path, "places.csv", PLACE_LINES)).written
    return database


def undo(database: Database, import_id: int | None, key: str = "undo") -> dict[str, int]:
    with database.writing() as tx:
        return dict(
            undo_import(tx, SYSTEM, import_id or 0, key=key, reason="wrong file", now=NOW).removed
        )


def test_codes_stay_text_and_headers_are_read_in_both_languages(
    seller: Database, tmp_path: Path
) -> None:
    assert {row[0] for row in values(seller, "SELECT code FROM sku")} == {"00123", "1E5", "12"}
    chinese = sheet_file(
        tmp_path, "a.xlsx", [["商品编码 *", "名称 *", "箱规"], ["0099", "茶壶", "8"]]
    )
    assert load(seller, "skus", chinese).counts["created"] == 1
    assert values(seller, "SELECT name, carton_quantity FROM sku WHERE code = '0099'") == [
        ("茶壶", 8)
    ]


def test_pallets_come_by_file_and_must_be_whole_order_multiples(
    seller: Database, tmp_path: Path
) -> None:
    def loaded(name: str, pallet: str) -> object:
        lines = (
            "Supplier code,SKU,Currency,Unit price,Lead time (days),Order multiple,每托数量",
            f"S1,00123,CNY,12.5,45,24,{pallet}",
        )
        return load(seller, "suppliers_offers", csv_file(tmp_path, name, lines))

    report = loaded("wrong.csv", "100")
    assert [(one.row_no, one.code) for one in report.problems] == [(2, "pallet_not_of_multiples")]
    assert values(seller, "SELECT count(*) FROM offer") == [(0,)]
    loaded("right.csv", "480")
    assert values(seller, "SELECT order_multiple, pallet_quantity FROM offer") == [(24, 480)]


def test_trap_55_one_bad_cell_and_nothing_is_written(seller: Database, tmp_path: Path) -> None:
    lines = ("SKU,Warehouse,Quantity,Unit cost", "00123,SZ,120,12.5", '1E5,SZ,"1,5",x', "no,SZ,1,1")
    before = values(seller, "SELECT count(*) FROM import_run")
    report = load(seller, "opening_stock", csv_file(tmp_path, "stock.csv", lines))
    assert not report.written
    assert report.counts == {"held_back": 3}
    assert [(p.row_no, p.column, p.code, p.shown, p.hint) for p in report.problems] == [
        (3, "Quantity", "cell_number_ambiguous", "1,5", ""),
        (3, "Unit cost", "cell_not_decimal", "x", ""),
        (4, "SKU", "sku_unknown", "no", ""),
    ]
    for table in ("operation", "stock_level"):
        assert values(seller, f"SELECT count(*) FROM {table}") == [(0,)]
    assert values(seller, "SELECT count(*) FROM import_run") == before


def test_trap_55_numbers_that_were_codes_are_refused_where_digits_are_lost(
    seller: Database, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (["SKU", "Name"], [17850, "as a number"], [6.901234567892e18, "lost"], [4.5, "x"]):
        page.append(row)
    path = tmp_path / "a.xlsx"
    book.save(path)
    report = load(seller, "skus", path)
    assert [(p.row_no, p.code) for p in report.problems] == [(3, "cell_code_damaged")]
    csv = csv_file(tmp_path, "b.csv", ["SKU,Name", "6.90123E+12,lost", "1E6,fine"])
    assert [(p.row_no, p.code) for p in load(seller, "skus", csv).problems] == [
        (2, "cell_code_damaged")
    ]


def test_the_same_row_twice_in_a_file_is_named(seller: Database, tmp_path: Path) -> None:
    report = load(seller, "skus", csv_file(tmp_path, "a.csv", ["SKU,Name", "a,x", "b,y", "A,z"]))
    assert [(p.row_no, p.code, p.hint) for p in report.problems] == [(4, "row_repeated", "2")]


def test_the_same_file_again_adds_nothing_and_a_changed_one_changes(
    seller: Database, tmp_path: Path
) -> None:
    again = load(seller, "skus", csv_file(tmp_path, "skus.csv", SKU_LINES), key="other key")
    assert again.replayed
    other = csv_file(tmp_path, "b.csv", ["SKU,Name", "00123,Candle holder", "1e5,Lamp"])
    report = load(seller, "skus", other)
    assert report.counts == {"created": 0, "changed": 1, "unchanged": 1}
    name = "SELECT name FROM sku WHERE code = '00123'"
    assert values(seller, name) == [("Candle holder",)]
    assert undo(seller, report.import_id) == {"restored": 1}
    assert values(seller, name) == [("Candle",)]


def test_a_dry_run_writes_nothing(seller: Database, tmp_path: Path) -> None:
    stock = csv_file(tmp_path, "stock.csv", STOCK_LINES)
    report = load(seller, "opening_stock", stock, dry_run=True)
    assert report.dry_run
    assert report.counts["created"] == 2
    assert values(seller, "SELECT count(*) FROM operation") == [(0,)]
    assert load(seller, "opening_stock", stock, key="real").written


def test_offers_with_price_breaks_come_in_and_are_changed(seller: Database, tmp_path: Path) -> None:
    report = load(seller, "suppliers_offers", csv_file(tmp_path, "offers.csv", OFFER_LINES))
    assert report.counts == {"created": 3, "changed": 0, "unchanged": 0}
    assert report.facts == {"offers_created": 2, "suppliers_created": 1}
    prices = (
        "SELECT s.code, p.from_quantity, p.unit_price::float FROM offer o JOIN sku s ON"
        " s.id = o.sku_id JOIN offer_price p ON p.offer_id = o.id ORDER BY 1, 2, p.valid_from"
    )
    assert values(seller, prices) == [("00123", 1, 12.5), ("00123", 500, 11.0), ("1E5", 1, 30.0)]
    dearer = [line.replace("30,1,20", "33,1,25") for line in OFFER_LINES]
    change = load(seller, "suppliers_offers", csv_file(tmp_path, "b.csv", dearer))
    assert change.counts == {"created": 0, "changed": 1, "unchanged": 2}
    lead = "SELECT lead_time_days FROM offer ORDER BY lead_time_days"
    assert values(seller, lead) == [(25,), (45,)]
    undo(seller, change.import_id)
    assert values(seller, lead) == [(20,), (45,)]


def test_opening_stock_is_in_the_book_with_its_value_and_comes_out_again(
    seller: Database, tmp_path: Path
) -> None:
    report = load(seller, "opening_stock", csv_file(tmp_path, "stock.csv", STOCK_LINES))
    assert report.facts["units_opened"] == 125
    held = "SELECT s.code, l.on_hand FROM stock_level l JOIN sku s ON s.id = l.sku_id ORDER BY 1"
    assert values(seller, held) == [("00123", 120), ("1E5", 5)]
    assert values(seller, "SELECT sum(value)::float FROM cost_pool_total") == [(1650.5,)]
    more = csv_file(tmp_path, "b.csv", [STOCK_LINES[0], "00123,SZ,7,12.5"])
    assert [p.code for p in load(seller, "opening_stock", more).problems] == ["opening_exists"]
    undo(seller, report.import_id)
    assert values(seller, "SELECT sum(on_hand) FROM stock_level") == [(0,)]
    with seller.reading() as conn:
        assert verify_book(conn) == []
    assert load(seller, "opening_stock", more, key="now it may").written


def test_undo_is_refused_with_what_has_used_the_records(seller: Database, tmp_path: Path) -> None:
    load(seller, "suppliers_offers", csv_file(tmp_path, "offers.csv", OFFER_LINES))
    with seller.reading() as conn:
        skus = next(run for run in list_imports(conn) if run.template == "skus")
    with pytest.raises(Refused, match="import_in_use") as caught:
        undo(seller, skus.id)
    assert caught.value.params["records"] == ["00123 (offer)", "1E5 (offer)"]
    assert values(seller, "SELECT count(*) FROM sku") == [(3,)]
    with seller.reading() as conn:
        offers = next(run for run in list_imports(conn) if run.template == "suppliers_offers")
    assert undo(seller, offers.id) == {"offer": 2, "supplier": 1}
    assert undo(seller, skus.id, key="later") == {"sku": 3}
    assert undo(seller, skus.id, key="twice") == {}


def test_stock_that_was_sold_since_stands_in_the_way_of_an_undo(
    seller: Database, tmp_path: Path
) -> None:
    report = load(seller, "opening_stock", csv_file(tmp_path, "stock.csv", STOCK_LINES))
    with seller.writing() as tx:
        tx.execute(text("UPDATE stock_level SET reserved = 100 WHERE on_hand = 120"))
    with pytest.raises(Refused):
        undo(seller, report.import_id)
    assert values(seller, "SELECT sum(on_hand) FROM stock_level") == [(125,)]


def test_orders_on_their_way_count_as_on_order_once(seller: Database, tmp_path: Path) -> None:
    load(seller, "suppliers_offers", csv_file(tmp_path, "offers.csv", OFFER_LINES))
    lines = [
        "PO,Supplier,Warehouse,SKU,Quantity,Unit price,Currency,Ordered on,Expected on",
        "PO-1,S1,SZ,00123,500,11,CNY,2026-11-01,2026-12-20",
        "PO-1,S1,SZ,1E5,20,30,CNY,2026-11-01,2026-12-24",
    ]
    report = load(seller, "purchase_orders", csv_file(tmp_path, "po.csv", lines))
    assert report.facts == {"orders_created": 1}
    ordered = "SELECT state, expected_on::text, note FROM purchase_order"
    assert values(seller, ordered) == [("sent", "2026-12-20", "PO-1")]
    longer = csv_file(tmp_path, "b.csv", [*lines, lines[1].replace("PO-1", "PO-2")])
    assert load(seller, "purchase_orders", longer).counts["unchanged"] == 2
    assert undo(seller, report.import_id) == {"purchase_order": 1}


def test_a_forwarder_s_list_records_what_is_new_and_is_taken_back_whole(
    seller: Database, tmp_path: Path
) -> None:
    load(seller, "suppliers_offers", csv_file(tmp_path, "offers.csv", OFFER_LINES))
    orders = [
        "PO,Supplier,Warehouse,SKU,Quantity,Unit price,Currency,Ordered on",
        "PO-1,S1,SZ,00123,500,11,CNY,2026-09-01",
        "PO-2,S1,SZ,00123,500,11,CNY,2026-09-01",
    ]
    load(seller, "purchase_orders", csv_file(tmp_path, "po.csv", orders))
    head = "PO,Left the factory,Departed,Arrived at port"
    first = [head, "po-1,2026-10-01,2026-10-06,"]
    report = load(seller, "milestones", csv_file(tmp_path, "one.csv", first))
    assert report.facts == {"milestones_recorded": 2}
    second = [head, "PO-1,2026-10-02,2026-10-06,", "PO-2,2026-10-01,,"]
    again = load(seller, "milestones", csv_file(tmp_path, "two.csv", second))
    assert again.counts["changed"] == 1
    assert again.facts == {"milestones_recorded": 2}
    standing = (
        "SELECT p.note, m.kind, m.occurred_on::text FROM milestone m JOIN purchase_order p"
        " ON p.id = m.purchase_order_id WHERE m.occurred_on IS NOT NULL AND NOT EXISTS (SELECT"
        " FROM milestone n WHERE n.purchase_order_id = p.id AND n.kind = m.kind AND n.id > m.id)"
        " ORDER BY 1, 2"
    )
    assert undo(seller, again.import_id) == {"milestone": 2}
    assert values(seller, standing) == [
        ("PO-1", "departed", "2026-10-06"),
        ("PO-1", "left_factory", "2026-10-01"),
    ]


def test_a_milestone_of_an_unknown_order_refuses_the_whole_file(
    seller: Database, tmp_path: Path
) -> None:
    lines = ["PO,Left the factory", "NOBODY,2026-10-01"]
    report = load(seller, "milestones", csv_file(tmp_path, "one.csv", lines))
    assert report.problems[0].code == "order_unknown"
    assert values(seller, "SELECT count(*) FROM milestone") == [(0,)]


def test_rates_and_customers_come_in(seller: Database, tmp_path: Path) -> None:
    rates = ["From currency,To currency,Day,Rate", "USD,CNY,2026-01-31,7.1", "GBP,CNY,2026-01-31,9"]
    assert load(seller, "rates", csv_file(tmp_path, "r.csv", rates)).counts["created"] == 2
    better = [rates[0], "USD,CNY,2026-01-31,7.2", "GBP,CNY,2026-01-31,9"]
    report = load(seller, "rates", csv_file(tmp_path, "r2.csv", better))
    assert report.counts == {"created": 0, "changed": 1, "unchanged": 1}
    undo(seller, report.import_id)
    kept = "SELECT rate::float FROM exchange_rate ORDER BY 1"
    assert values(seller, kept) == [(7.1,), (9.0,)]
    people = ["Customer code,Customer name,Country", "17850,Ann,GB"]
    assert load(seller, "customers", csv_file(tmp_path, "c.csv", people)).counts["created"] == 1


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("form", TEMPLATES)
def test_an_untouched_template_is_understood_and_its_sample_is_passed_over(
    database: Database, tmp_path: Path, form: str, language: Language
) -> None:
    content = template_workbook(form, language)
    (tmp_path / "a.xlsx").write_bytes(content)
    (tmp_path / "a.csv").write_bytes(template_csv(form, language))
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    assert page is not None
    assert page.max_row == 2
    if form in LOADERS:
        for name in ("a.xlsx", "a.csv"):
            report = load(database, form, tmp_path / name)
            assert report.counts.get("sample") == 1, report.problems
            assert not report.written


def test_what_is_wrong_with_a_file_is_said_by_name(database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="template_unknown"):
        load(database, "nothing", csv_file(tmp_path, "a.csv", ["a", "1"]))
    with pytest.raises(Invalid, match="columns_missing"):
        load(database, "skus", csv_file(tmp_path, "a.csv", ["a", "1"]))
    with pytest.raises(Invalid, match="column_twice"):
        load(database, "skus", csv_file(tmp_path, "b.csv", ["SKU,name,sku", "1,2,3"]))
    with pytest.raises(Invalid, match="file_without_rows"):
        load(database, "skus", csv_file(tmp_path, "c.csv", ["SKU,name"]))
    with pytest.raises(Invalid, match="template_has_own_way"):
        load(database, "sales", csv_file(tmp_path, "d.csv", ["SKU,name", "1,2"]))


def test_the_list_of_imports_tells_what_happened(seller: Database, tmp_path: Path) -> None:
    other = csv_file(tmp_path, "b.csv", ["SKU,Name,colour", "00123,Candle holder,red"])
    report = load(seller, "skus", other)
    with seller.reading() as conn:
        runs = list_imports(conn)
        kept = treated_rows(conn, report.import_id or 0)
    assert [(run.template, run.state, run.person_name) for run in runs] == [
        ("skus", "done", "Yiben"),
        ("warehouses", "done", "Yiben"),
        ("skus", "done", "Yiben"),
    ]
    assert runs[0].counts["notes"] == [
        {"code": "columns_not_read", "params": {"columns": "colour"}}
    ]
    assert [(row.row_no, row.treatment) for row in kept] == [(2, "changed")]


def test_an_error_of_a_command_names_the_row_of_the_file(
    database: Database, tmp_path: Path
) -> None:
    found(database)
    lines = [*PLACE_LINES, "UK,London,3pl,GB,Europe/Nowhere"]
    with database.writing() as tx:
        report = import_file(
            tx, SYSTEM, "warehouses", csv_file(tmp_path, "a.csv", lines), key="k", now=NOW
        )
    assert [(p.row_no, p.code, p.shown) for p in report.problems] == [
        (3, "unknown_time_zone", "Europe/Nowhere")
    ]


def test_a_successor_is_stated_in_the_file_and_taken_back_with_it(
    seller: Database, tmp_path: Path
) -> None:
    told = "SELECT s.code, h.code FROM sku s JOIN sku h ON h.id = s.successor_id ORDER BY 1"
    lines = ("SKU,Name,Successor SKU", "1E5,Lamp,LAMP2", "LAMP2,Lamp two,LAMP3", "LAMP3,Three,")
    done = load(seller, "skus", csv_file(tmp_path, "heirs.csv", lines))
    assert values(seller, told) == [("1E5", "LAMP2"), ("LAMP2", "LAMP3")]
    circle = load(
        seller, "skus", csv_file(tmp_path, "c.csv", ("SKU,Name,Successor SKU", "LAMP3,Three,1E5"))
    )
    assert [p.code for p in circle.problems] == ["successor_in_circle"]
    unknown = load(
        seller, "skus", csv_file(tmp_path, "u.csv", ("SKU,Name,Successor SKU", "12,Full,NONE"))
    )
    assert [p.code for p in unknown.problems] == ["sku_unknown"]
    assert values(seller, told) == [("1E5", "LAMP2"), ("LAMP2", "LAMP3")]
    undo(seller, done.import_id)
    assert values(seller, told) == []
    assert values(seller, "SELECT count(*) FROM sku WHERE code LIKE 'LAMP_'") == [(0,)]


def test_days_off_sale_are_stated_once_and_taken_back(seller: Database, tmp_path: Path) -> None:
    lines = (
        "SKU,Channel,First day off sale,Last day off sale,Reason",
        "1E5,,2026-03-02,2026-03-15,suspended",
        "1E5,,2026-04-01,,",
        "12,,2026-03-02,2026-03-09,buy_box_lost",
    )
    done = load(seller, "sale_pauses", csv_file(tmp_path, "pauses.csv", lines))
    assert done.counts["created"] == 3
    told = "SELECT reason, first_on::text, last_on::text FROM sale_pause ORDER BY id"
    stated = values(seller, told)
    assert stated[1] == ("other", "2026-04-01", None)
    more = (*lines, "1E5,,2026-03-10,2026-03-20,other")
    refused = load(seller, "sale_pauses", csv_file(tmp_path, "more.csv", more))
    assert [p.code for p in refused.problems] == ["pauses_overlap"]
    nowhere = (lines[0], "1E5,NOWHERE,2026-05-02,,")
    refused = load(seller, "sale_pauses", csv_file(tmp_path, "nowhere.csv", nowhere))
    assert [p.code for p in refused.problems] == ["channel_unknown"]
    again = load(seller, "sale_pauses", csv_file(tmp_path, "again.csv", lines[:3]))
    assert (again.counts["created"], again.counts["unchanged"]) == (0, 2)
    assert values(seller, told) == stated
    undo(seller, done.import_id)
    assert values(seller, told) == []
