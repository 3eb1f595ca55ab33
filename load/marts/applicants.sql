CREATE OR REPLACE VIEW applicants AS
WITH applicant AS (
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
    received,
    unnest([
      {'applicant': 'natural_person', 'requests': received_natural_person},
      {'applicant': 'business', 'requests': received_business},
      {'applicant': 'research_institution', 'requests': received_research_institution},
      {'applicant': 'public_interest', 'requests': received_public_interest},
      {'applicant': 'legal_service', 'requests': received_legal_service},
      {'applicant': 'other_organization', 'requests': received_other_organization}
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
  now.applicant,
  concept.label,
  concept.gloss,
  now.requests,
  now.received,
  now.requests / nullif(now.received, 0) AS share,
  now.received < 30 AS small,
  before.requests AS requests_year_before,
  now.requests - before.requests AS change
FROM applicant AS now
LEFT JOIN applicant AS before
  ON before.series = now.series AND before.year = now.year - 1 AND before.applicant = now.applicant
JOIN concept ON concept.concept = 'received_' || now.applicant AND concept.form = now.form
