CREATE OR REPLACE VIEW town_year AS
WITH chosen AS (
  SELECT *, count(*) OVER (PARTITION BY division_code, year) AS reports
  FROM reporter
  WHERE division_code IS NOT NULL AND year IS NOT NULL
  QUALIFY row_number() OVER (
    PARTITION BY division_code, year
    ORDER BY
      list_position(['government', 'office', 'unknown', 'other_government', 'department'], issuer_kind),
      list_position(['verified', 'incomplete', 'flagged', 'empty'], verdict),
      published_on DESC NULLS LAST,
      fetched_at DESC NULLS LAST,
      report_id
  ) = 1
),
error AS (
  SELECT report_id, count(*) AS errors
  FROM finding
  WHERE severity = 'error'
  GROUP BY report_id
)
SELECT
  chosen.division_code,
  chosen.division,
  chosen.level,
  chosen.province,
  chosen.prefecture,
  chosen.county,
  chosen.year,
  chosen.report_id,
  chosen.issuer,
  chosen.issuer_kind,
  chosen.series,
  chosen.reports,
  chosen.form,
  chosen.verdict,
  coalesce(error.errors, 0) AS errors,
  chosen.published_on,
  chosen.url,
  ${concept_columns}
FROM chosen
${wide_joins}
LEFT JOIN error USING (report_id)
