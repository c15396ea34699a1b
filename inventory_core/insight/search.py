"""Find anything by any of its codes. Decides what a typed or scanned text may mean; opens nothing.

Exact codes come first, then codes that begin so, then names that contain it. Each hit names the
screen that shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text

from inventory_core.catalog.codes import code_key
from inventory_core.db.engine import Reading
from inventory_core.errors import Invalid

MOST_HITS = 12
FEWEST_CHARACTERS = 2
LONGEST_TEXT = 120


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found; `kind` is sku, order, purchase_order, transfer, lot, serial or supplier."""

    kind: str
    id: int
    code: str
    name: str
    screen: str
    query: Mapping[str, str]


# Where a kind is shown, and under which name its code stands in the address.
_TARGETS = {
    "sku": ("stock", "sku"),
    "order": ("orders", "find"),
    "purchase_order": ("purchases", "order"),
    "transfer": ("purchases", "transfer"),
    "lot": ("stock", "sku"),
    "serial": ("stock", "sku"),
    "supplier": ("replenish", "supplier"),
}

_FIND = text("""
    WITH hit AS (
        SELECT 'sku' AS kind, s.id, s.code, s.name, s.code AS target,
            CASE WHEN s.code_key = :key THEN 0 WHEN starts_with(s.code_key, :key) THEN 2
                ELSE 5 END AS place
        FROM sku s
        WHERE starts_with(s.code_key, :key) OR lower(s.name) LIKE :within ESCAPE '~'
        UNION ALL
        SELECT 'sku', s.id, s.code, s.name, s.code, 1
        FROM barcode b JOIN sku s ON s.id = b.sku_id WHERE b.code = :given
        UNION ALL
        SELECT 'sku', s.id, s.code, s.name, s.code,
            CASE WHEN lower(l.seller_sku) = :key OR l.external_id = :given THEN 1 ELSE 3 END
        FROM listing l JOIN sku s ON s.id = l.sku_id
        WHERE starts_with(lower(l.seller_sku), :key) OR l.external_id = :given
        UNION ALL
        SELECT 'order', o.id, o.external_id, coalesce(p.name, ''), o.external_id,
            CASE WHEN o.external_id = :given THEN 0 ELSE 4 END
        FROM sales_order o LEFT JOIN sales_order_person p ON p.order_id = o.id
        WHERE o.external_id = :given
           OR (length(:given) >= 6 AND lower(o.external_id) LIKE :prefix ESCAPE '~')
        UNION ALL
        SELECT 'purchase_order', p.id, p.number, s.name, p.number,
            CASE WHEN lower(p.number) = :key THEN 0 ELSE 2 END
        FROM purchase_order p JOIN supplier s ON s.id = p.supplier_id
        WHERE lower(p.number) LIKE :prefix ESCAPE '~'
        UNION ALL
        SELECT 'transfer', t.id, t.number, w.code, t.number,
            CASE WHEN lower(t.number) = :key THEN 0 ELSE 2 END
        FROM transfer t JOIN location w ON w.id = t.to_warehouse_id
        WHERE lower(t.number) LIKE :prefix ESCAPE '~'
        UNION ALL
        SELECT 'lot', l.id, l.code, s.name, s.code, CASE WHEN lower(l.code) = :key THEN 0 ELSE 2 END
        FROM lot l JOIN sku s ON s.id = l.sku_id WHERE starts_with(lower(l.code), :key)
        UNION ALL
        SELECT 'serial', n.id, n.code, s.name, s.code,
            CASE WHEN lower(n.code) = :key THEN 0 ELSE 2 END
        FROM serial n JOIN sku s ON s.id = n.sku_id WHERE starts_with(lower(n.code), :key)
        UNION ALL
        SELECT 'supplier', s.id, s.code, s.name, s.id::text,
            CASE WHEN s.code_key = :key THEN 0 WHEN starts_with(s.code_key, :key) THEN 2
                ELSE 5 END
        FROM supplier s
        WHERE starts_with(s.code_key, :key) OR lower(s.name) LIKE :within ESCAPE '~'
    )
    SELECT kind, id, code, name, target FROM (
        SELECT *, row_number() OVER (PARTITION BY kind, id ORDER BY place) AS nth FROM hit) best
    WHERE nth = 1 ORDER BY place, kind, code LIMIT :most
""")


def find_anything(conn: Reading, given: str, *, most: int = MOST_HITS) -> list[Hit]:
    """What the text may mean, the best first; nothing for fewer than two characters."""
    cleaned = " ".join(given.split())[:LONGEST_TEXT]
    if len(cleaned) < FEWEST_CHARACTERS:
        return []
    try:
        key = code_key(cleaned)
    except Invalid:  # a text that can be no code is the name of nothing
        return []
    escaped = key.replace("~", "~~").replace("%", "~%").replace("_", "~_")
    rows = conn.rows(
        _FIND,
        {
            "given": cleaned,
            "key": key,
            "prefix": f"{escaped}%",
            "within": f"%{escaped}%",
            "most": most,
        },
    )
    return [
        Hit(row.kind, row.id, row.code, row.name, screen, {name: row.target})
        for row in rows
        for screen, name in [_TARGETS[row.kind]]
    ]
