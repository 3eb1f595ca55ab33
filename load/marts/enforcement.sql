CREATE OR REPLACE VIEW enforcement AS
WITH enforced AS (
  SELECT
    division_code,
    division,
    level,
    province,
    prefecture,
    county,
    year,
    form,
    verdict,
    issuer_kind,
    series,
    report_id,
    unnest([
      {'kind': 'licensing', 'decisions': licensing_decisions},
      {'kind': 'penalties', 'decisions': penalties_decisions},
      {'kind': 'coercion', 'decisions': coercion_decisions}
    ], recursive := true)
  FROM town_year
  WHERE form IN ('2019', '2021')
)
SELECT
  now.division_code,
  now.division,
  now.level,
  now.province,
  now.prefecture,
  now.county,
  now.year,
  now.form,
  concept.comparability,
  now.verdict,
  now.issuer_kind,
  now.report_id,
  now.kind,
  concept.label,
  concept.gloss,
  now.decisions,
  before.decisions AS decisions_year_before,
  now.decisions - before.decisions AS change,
  now.decisions / nullif(before.decisions, 0) AS growth,
  now.decisions < 30 OR before.decisions < 30 AS small
FROM enforced AS now
LEFT JOIN enforced AS before
  ON before.series = now.series AND before.year = now.year - 1 AND before.kind = now.kind
JOIN concept ON concept.concept = now.kind || '_decisions' AND concept.form = now.form
