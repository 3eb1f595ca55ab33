CREATE OR REPLACE VIEW rulemaking AS
WITH document AS (
  SELECT
    town_year.division_code,
    town_year.division,
    town_year.level,
    town_year.province,
    town_year.prefecture,
    town_year.county,
    town_year.year,
    town_year.form,
    town_year.verdict,
    town_year.issuer_kind,
    town_year.series,
    town_year.report_id,
    unnest([
      {
        'kind': 'rules',
        'made': rules_made,
        'repealed': wide_2021.disclosure_rules_repealed,
        'in_force': wide_2021.disclosure_rules_in_force,
        'disclosed': wide_2019.disclosure_rules_disclosed,
        'disclosed_total': wide_2019.disclosure_rules_disclosed_total
      },
      {
        'kind': 'normative_documents',
        'made': normative_documents_made,
        'repealed': wide_2021.disclosure_normative_documents_repealed,
        'in_force': wide_2021.disclosure_normative_documents_in_force,
        'disclosed': wide_2019.disclosure_normative_documents_disclosed,
        'disclosed_total': wide_2019.disclosure_normative_documents_disclosed_total
      }
    ], recursive := true)
  FROM town_year
  LEFT JOIN wide_2019 USING (report_id)
  LEFT JOIN wide_2021 USING (report_id)
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
  now.made,
  now.repealed,
  now.in_force,
  before.in_force AS in_force_year_before,
  before.in_force + now.made - now.repealed AS in_force_expected,
  now.in_force - (before.in_force + now.made - now.repealed) AS gap,
  now.in_force - before.in_force AS change,
  now.in_force / nullif(before.in_force, 0) AS growth,
  abs(now.in_force - before.in_force) >= 20
    AND (now.in_force > 5 * before.in_force OR before.in_force > 5 * now.in_force) AS jump,
  now.disclosed,
  now.disclosed_total
FROM document AS now
LEFT JOIN document AS before
  ON before.series = now.series AND before.year = now.year - 1 AND before.kind = now.kind AND before.form = '2021'
JOIN concept
  ON concept.concept = now.kind || '_made' AND concept.form = now.form AND concept.comparability <> 'none'
