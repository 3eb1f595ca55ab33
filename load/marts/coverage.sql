CREATE OR REPLACE VIEW coverage AS
WITH span AS (
  SELECT unnest(generate_series(min(year), max(year))) AS year FROM reporter WHERE division_code IS NOT NULL
),
known AS (
  SELECT division_code, any_value(division) AS division, any_value(level) AS level, any_value(province) AS province,
    any_value(prefecture) AS prefecture, any_value(county) AS county, min(year) AS first_year, max(year) AS last_year
  FROM reporter
  WHERE division_code IS NOT NULL AND year IS NOT NULL
  GROUP BY division_code
),
reported AS (
  SELECT division_code, year, form, verdict, count(*) AS reports,
    count(*) FILTER (issuer_kind IN ('government', 'office', 'unknown')) AS government_reports
  FROM reporter
  WHERE division_code IS NOT NULL AND year IS NOT NULL
  GROUP BY division_code, year, form, verdict
)
SELECT
  known.division_code,
  known.division,
  known.level,
  known.province,
  known.prefecture,
  known.county,
  span.year,
  reported.form,
  coalesce(reported.verdict, 'no report') AS verdict,
  coalesce(reported.reports, 0) AS reports,
  coalesce(reported.government_reports, 0) AS government_reports,
  reported.reports IS NULL AND span.year BETWEEN known.first_year AND known.last_year AS gap
FROM known
CROSS JOIN span
LEFT JOIN reported ON reported.division_code = known.division_code AND reported.year = span.year
