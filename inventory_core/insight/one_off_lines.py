"""One-off bulk orders: which lines are no trend. Decides by how a line stands out of the others.

A line is held against the other lines of its SKU, never against itself: a large order in a short
history would else be its own usual. A single line is held against its category. What comes back is
no one-off, whoever orders it: lines at least half as large that are more than a few, or that stand
in a third of the months. What a person said of a line holds whatever the rule finds. It takes
nothing out of demand; the reader of `left_out` does.
"""

# So many units at least, and so many times what the middle one of the other lines has.
LEAST_UNITS = 8
TIMES_MIDDLE = 6
# More than twice what all other lines but one in fifty have. A row without an order number may be
# the sum of a day, and a busy day is no single order: such a row must tower over nearly all.
ONE_IN = 50
TIMES_NEARLY_ALL = 2
TIMES_NEARLY_ALL_DAYS = 10
# What is half as large and came in so many months, a third of those of the SKU, will come again.
RETURNING_MONTHS = 3
RETURNING_SHARE = 3
# So many lines a category must have to speak for a SKU with a single one; else the company does.
LEAST_POOLED = 30

LINE_PARAMETERS = {
    "least_units": LEAST_UNITS,
    "times_middle": TIMES_MIDDLE,
    "one_in": ONE_IN,
    "times_nearly_all": TIMES_NEARLY_ALL,
    "times_nearly_all_days": TIMES_NEARLY_ALL_DAYS,
    "returning_months": RETURNING_MONTHS,
    "returning_share": RETURNING_SHARE,
    "least_pooled": LEAST_POOLED,
}

# Needs a table `line` of id, sku_id, units, on_day, ordered (whether it is one order's line) and
# gives `one_off` of id, what the other lines have (middle, nearly_all) and `alone`: whether those
# are lines of its like, for want of others of its SKU. In an order of size the place n / 2 is the
# middle one of the others, seen from a line above it; n - 1 - n / 50 is what all others but a few
# reach. Only the few above that can be one-off, and only they can be like one of them; arrays,
# because nothing tells the planner how many rows a passing table has.
ONE_OFF_LINES = """
sized AS (
    SELECT sku_id, count(*) AS n, (max(on_day) - min(on_day)) / 30 + 1 AS months,
           array_agg(units ORDER BY units, id) AS sizes, array_agg(id ORDER BY units, id) AS ids,
           array_agg(on_day ORDER BY units, id) AS days,
           array_agg(ordered ORDER BY units, id) AS ordered
      FROM line GROUP BY sku_id
),
pooled AS (
    SELECT category, whole, sizes[n / 2] AS middle, sizes[n - 1 - n / :one_in] AS nearly_all
      FROM (SELECT sku.category, grouping(sku.category) AS whole, count(*) AS n,
                   array_agg(units ORDER BY units) AS sizes
              FROM (SELECT sku_id, quantity AS units FROM sales_order_line
                    UNION ALL
                    SELECT sku_id, quantity FROM sales_line
                     WHERE treatment = 'accepted' AND NOT summed) AS every
              JOIN sku ON sku.id = every.sku_id
             GROUP BY GROUPING SETS ((sku.category), ())) AS grouped
     WHERE n >= :least_pooled
),
usual AS (
    SELECT false AS alone, months, sizes[n / 2] AS middle,
           sizes[n - 1 - n / :one_in] AS nearly_all,
           sizes[n - n / :one_in : n] AS sizes, ids[n - n / :one_in : n] AS ids,
           days[n - n / :one_in : n] AS days, ordered[n - n / :one_in : n] AS ordered
      FROM sized WHERE n > 1
    UNION ALL
    SELECT true, months, like_it.middle, like_it.nearly_all, sizes, ids, days, ordered
      FROM sized JOIN sku ON sku.id = sized.sku_id
      JOIN LATERAL (
          SELECT middle, nearly_all FROM pooled
           WHERE whole = 1 OR pooled.category = sku.category
           ORDER BY whole LIMIT 1) AS like_it ON true
     WHERE n = 1
),
one_off AS (
    SELECT large.id, usual.middle, usual.nearly_all, usual.alone
      FROM usual, unnest(ids, sizes, ordered) AS large (id, units, ordered)
     WHERE large.units >= greatest(:least_units, :times_middle * usual.middle)
       AND large.units > usual.nearly_all
           * CASE WHEN large.ordered THEN :times_nearly_all ELSE :times_nearly_all_days END
       AND (SELECT count(DISTINCT date_trunc('month', alike.on_day))
              FROM unnest(sizes, days) AS alike (units, on_day)
             WHERE alike.units * 2 >= large.units) * :returning_share
           < greatest(:returning_months * :returning_share, usual.months)
)
"""

# Needs `one_off`, and gives `said` of line_id and the latest word that was recorded before
# `known_at` (NULL: ever), and `left_out` of id: what is no demand to learn from.
LEFT_OUT = """
said AS (
    SELECT DISTINCT ON (line_id) line_id, id AS word_id, word FROM demand_word
     WHERE CAST(:known_at AS timestamptz) IS NULL OR recorded_at < :known_at
     ORDER BY line_id, id DESC
),
left_out AS (
    SELECT one_off.id FROM one_off LEFT JOIN said ON said.line_id = one_off.id
     WHERE coalesce(said.word, 'rule') <> 'ordinary'
    UNION
    SELECT line_id FROM said WHERE word = 'one_off'
)
"""
