CREATE OR REPLACE VIEW town_year AS
WITH candidate AS (
  SELECT
    report.*,
    division.name AS division,
    division.level,
    division.province,
    division.prefecture,
    division.county,
    CASE
      WHEN issuer IS NULL THEN 'unknown'
      WHEN division.name IS NULL AND regexp_matches(issuer, ${government}) THEN 'government'
      WHEN ends_with(regexp_replace(issuer, ${government}, ''), regexp_replace(division.name, ${government}, '')) THEN 'government'
      WHEN regexp_matches(issuer, ${office}) THEN 'office'
      WHEN regexp_matches(issuer, ${government}) THEN 'other_government'
      ELSE 'department'
    END AS issuer_kind,
    count(*) OVER (PARTITION BY report.division_code, report.year) AS reports
  FROM report
  LEFT JOIN division ON division.code = report.division_code
  WHERE report.division_code IS NOT NULL AND report.year IS NOT NULL
),
chosen AS (
  SELECT *
  FROM candidate
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
wide AS (
  SELECT
    report_id,
    ${figure_columns}
  FROM figure
  WHERE figure IN (${figures})
  GROUP BY report_id
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
  chosen.reports,
  chosen.form,
  chosen.verdict,
  coalesce(error.errors, 0) AS errors,
  chosen.published_on,
  chosen.url,
  ${concept_columns}
FROM chosen
LEFT JOIN wide USING (report_id)
LEFT JOIN error USING (report_id)
