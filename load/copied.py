"""Reports whose text is that of the year before with other numbers."""

from __future__ import annotations

from collections.abc import Iterator

from load.cross_checks import Copied, Found, load_cross_checks
from load.database import Connection
from load.views import reporters_of

_SHARES = r"""
WITH reporter AS ({reporters}),
mine AS (
  SELECT report_id, series, year FROM reporter WHERE chosen
),
couple AS MATERIALIZED (
  SELECT now.report_id, before.report_id AS report_id_before, before.year AS year_before
  FROM mine AS now
  JOIN mine AS before ON before.series = now.series AND before.year = now.year - 1
),
sentence AS MATERIALIZED (
  SELECT DISTINCT report_id, sentence
  FROM (
    SELECT
      report_id,
      unnest(string_split_regex(
        regexp_replace(regexp_replace(text, '[0-9０-９]+', '#', 'g'), '[ \t\r　]+', '', 'g'), '[。；！？;!?\n]'
      )) AS sentence
    FROM section
    SEMI JOIN (SELECT report_id FROM couple UNION SELECT report_id_before FROM couple) AS coupled USING (report_id)
  )
  WHERE length(sentence) >= 10
)
SELECT
  couple.report_id,
  year_before,
  count(*) AS sentences,
  coalesce(sum(length(own.sentence)) FILTER (old.sentence IS NOT NULL), 0) / sum(length(own.sentence)) AS share
FROM couple
JOIN sentence AS own USING (report_id)
LEFT JOIN sentence AS old ON old.report_id = couple.report_id_before AND old.sentence = own.sentence
GROUP BY couple.report_id, year_before
HAVING sentences >= $least AND share >= $share
ORDER BY couple.report_id
"""


def copied_reports(con: Connection, divisions: str) -> Iterator[Found]:
    """The findings on reports of the divisions that the subquery gives whose text is last year's."""
    for step, check in enumerate(load_cross_checks()):
        if isinstance(check, Copied):
            found = con.execute(
                _SHARES.format(reporters=reporters_of(divisions)), {"least": check.least, "share": check.share}
            )
            for report_id, year, _, share in found.fetchall():
                message = check.message.format(int(100 * share), year)
                yield Found(report_id, step, check.rule, check.severity, [], message)
