"""Reports whose text is that of the year before with other numbers."""

from __future__ import annotations

from collections.abc import Iterator

from load.cross_checks import Copied, Found, load_cross_checks
from load.database import Connection

_SHARES = r"""
WITH sentence AS MATERIALIZED (
  SELECT DISTINCT report_id, sentence
  FROM (
    SELECT
      report_id,
      unnest(string_split_regex(
        regexp_replace(regexp_replace(text, '[0-9０-９]+', '#', 'g'), '[ \t\r　]+', '', 'g'), '[。；！？;!?\n]'
      )) AS sentence
    FROM section
    SEMI JOIN (SELECT report_id FROM pair UNION SELECT report_id_before FROM pair) AS paired USING (report_id)
  )
  WHERE length(sentence) >= 10
)
SELECT
  pair.report_id,
  year_before,
  count(*) AS sentences,
  coalesce(sum(length(own.sentence)) FILTER (old.sentence IS NOT NULL), 0) / sum(length(own.sentence)) AS share
FROM pair
JOIN sentence AS own USING (report_id)
LEFT JOIN sentence AS old ON old.report_id = pair.report_id_before AND old.sentence = own.sentence
GROUP BY pair.report_id, year_before
HAVING sentences >= $least AND share >= $share
ORDER BY pair.report_id
"""


def copied_reports(con: Connection) -> Iterator[Found]:
    """The findings on reports of the temporary table ``pair`` whose text is that of the report of the year before."""
    for step, check in enumerate(load_cross_checks()):
        if isinstance(check, Copied):
            found = con.execute(_SHARES, {"least": check.least, "share": check.share})
            for report_id, year, _, share in found.fetchall():
                message = check.message.format(int(100 * share), year)
                yield Found(report_id, step, check.rule, check.severity, [], message)
