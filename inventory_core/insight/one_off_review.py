"""Named SELECT of the lines that are no trend, for whoever reviews them. Decides what is shown of
one: what the rule held it against, and what a person said of it. Executes nothing.
"""

from sqlalchemy import TextClause, text

from inventory_core.insight.demand import CUT_FOR_STOCK, FACTS
from inventory_core.insight.one_off_lines import LINE_PARAMETERS


def reviewed_lines() -> TextClause:
    """Lines of demand from `first_on` to `last_on`, the most units first: all that are left out or
    on which somebody's word holds, and of each SKU the `largest` others.

    Parameters: skus (or None), warehouse_id (or None), line_ids (of which all are shown; or None).
    Columns: line_id, sku_id, sku, name, order_id (None: imported history), order_number, channel,
    country, warehouses, on_day, units, left_out, found (by the rule), middle, nearly_all, alone
    (held against its like), word, word_id, reason, note, said_by, said_at.
    """
    return text(_REVIEW).bindparams(
        cut_for_stock=CUT_FOR_STOCK,
        known_at=None,
        skus=None,
        warehouse_id=None,
        line_ids=None,
        **LINE_PARAMETERS,
    )


_REVIEW = f"""
{FACTS},
fallen AS (
    SELECT fact.line_id, fact.sku_id, min(fact.on_day) AS on_day,
           sum(fact.units)::bigint AS units, array_agg(DISTINCT fact.warehouse_id) AS at,
           min(fact.account_id) AS account_id, min(fact.country) AS country
      FROM fact
     WHERE fact.on_day BETWEEN :first_on AND :last_on
       AND (CAST(:line_ids AS bigint[]) IS NULL
            OR fact.line_id = ANY(CAST(:line_ids AS bigint[])))
     GROUP BY fact.line_id, fact.sku_id
    HAVING CAST(:warehouse_id AS bigint) IS NULL OR bool_or(fact.warehouse_id = :warehouse_id)
),
judged AS (
    SELECT fallen.*, left_out.id IS NOT NULL AS left_out, one_off.id IS NOT NULL AS found,
           one_off.middle, one_off.nearly_all, one_off.alone, said.word_id,
           row_number() OVER (
               PARTITION BY fallen.sku_id,
                   left_out.id IS NULL AND coalesce(said.word, 'rule') = 'rule'
               ORDER BY fallen.units DESC, fallen.on_day DESC, fallen.line_id) AS place
      FROM fallen
      LEFT JOIN one_off ON one_off.id = fallen.line_id
      LEFT JOIN left_out ON left_out.id = fallen.line_id
      LEFT JOIN said ON said.line_id = fallen.line_id
)
SELECT judged.line_id, judged.sku_id, sku.code AS sku, sku.name, placed.order_id,
       coalesce(sales.external_id, nullif(history.invoice, '')) AS order_number,
       coalesce(nullif(account.name, ''), account.code, history.source) AS channel,
       judged.country,
       (SELECT string_agg(code, ', ' ORDER BY code) FROM location
         WHERE id = ANY(judged.at)) AS warehouses,
       judged.on_day, judged.units, judged.left_out, judged.found,
       judged.middle, judged.nearly_all, coalesce(judged.alone, false) AS alone,
       coalesce(heard.word, 'rule') AS word, heard.id AS word_id, heard.reason,
       coalesce(heard.note, '') AS note, person.name AS said_by, heard.recorded_at AS said_at
  FROM judged
  JOIN sku ON sku.id = judged.sku_id
  LEFT JOIN sales_order_line AS placed ON placed.id = judged.line_id
  LEFT JOIN sales_order AS sales ON sales.id = placed.order_id
  LEFT JOIN sales_line AS history ON history.id = -judged.line_id
  LEFT JOIN channel_account AS account ON account.id = judged.account_id
  LEFT JOIN demand_word AS heard ON heard.id = judged.word_id
  LEFT JOIN person ON person.id = heard.said_by_id
 WHERE judged.left_out OR heard.word <> 'rule'
    OR judged.place <= :largest AND NOT coalesce(history.summed, false)
    OR CAST(:line_ids AS bigint[]) IS NOT NULL
 ORDER BY judged.units DESC, judged.on_day DESC, judged.line_id
"""  # noqa: S608 - constants of this module and of `demand`
