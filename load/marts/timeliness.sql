CREATE OR REPLACE VIEW timeliness AS
WITH due AS (
  SELECT
    *,
    make_date(year + 1, 1, 31) AS january,
    make_date(year + 1, 3, 31) AS march,
    CASE
      WHEN year < 2019 THEN 'all'
      WHEN issuer_kind IN ('unknown', 'other_government') OR level IS NULL THEN NULL
      WHEN issuer_kind IN ('government', 'office') AND level <> 'town' THEN 'government'
      ELSE 'department'
    END AS duty
  FROM reporter
  WHERE year IS NOT NULL
)
SELECT
  report_id,
  division_code,
  division,
  level,
  province,
  prefecture,
  county,
  year,
  form,
  issuer,
  issuer_kind,
  published_on,
  published_on <= january AS by_31_january,
  published_on <= march AS by_31_march,
  published_on - march AS days_after_31_march,
  duty,
  CASE duty WHEN 'department' THEN january WHEN 'government' THEN march WHEN 'all' THEN march END AS deadline,
  published_on - CASE duty WHEN 'department' THEN january WHEN 'government' THEN march WHEN 'all' THEN march END AS days_late,
  published_on <= CASE duty WHEN 'department' THEN january WHEN 'government' THEN march WHEN 'all' THEN march END AS on_time,
  published_on <= make_date(year, 12, 31) AS implausible
FROM due
