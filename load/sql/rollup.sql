CREATE OR REPLACE VIEW rollup AS
WITH placed AS (
  SELECT town_year.*, area.digits, town_year.division_code[:area.digits] AS area_code
  FROM town_year
  JOIN (VALUES (2), (4), (6), (9)) AS area(digits) ON area.digits <= length(town_year.division_code)
  WHERE issuer_kind IN ('government', 'office', 'unknown')
)
SELECT
  placed.area_code,
  any_value(area.name) AS area,
  any_value(area.level) AS area_level,
  any_value(area.province) AS province,
  any_value(area.prefecture) AS prefecture,
  any_value(area.county) AS county,
  placed.level AS reporting_level,
  placed.year,
  count(*) AS reports,
  count(*) FILTER (placed.verdict = 'verified') AS verified_reports,
  ${sums}
FROM placed
JOIN division AS area ON area.code = placed.area_code
GROUP BY placed.area_code, placed.level, placed.year
