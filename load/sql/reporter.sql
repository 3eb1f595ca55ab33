WITH known AS (
  SELECT
    report.report_id,
    report.division_code,
    division.name AS division,
    division.level,
    division.province,
    division.prefecture,
    division.county,
    report.year,
    report.form,
    report.verdict,
    report.issuer,
    CASE
      WHEN issuer IS NULL THEN 'unknown'
      WHEN division.name IS NULL AND regexp_matches(issuer, ${government}) THEN 'government'
      WHEN ends_with(regexp_replace(issuer, ${government}, ''), regexp_replace(division.name, ${government}, '')) THEN 'government'
      WHEN regexp_matches(issuer, ${office}) THEN 'office'
      WHEN regexp_matches(issuer, ${government}) THEN 'other_government'
      ELSE 'department'
    END AS issuer_kind,
    report.published_on,
    report.fetched_at,
    report.url
  FROM ${reports} AS report
  LEFT JOIN division ON division.code = report.division_code
),
series AS (
  SELECT
    *,
    CASE
      WHEN division_code IS NULL OR issuer_kind = 'unknown' THEN NULL
      WHEN issuer_kind = 'government' THEN division_code
      ELSE division_code || ' ' || issuer
    END AS series
  FROM known
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
  verdict,
  issuer,
  issuer_kind,
  series,
  series IS NOT NULL AND year IS NOT NULL AND row_number() OVER (
    PARTITION BY series, year
    ORDER BY
      list_position(['verified', 'incomplete', 'flagged', 'empty'], verdict),
      published_on DESC NULLS LAST,
      report_id
  ) = 1 AS chosen,
  published_on,
  fetched_at,
  url
FROM series
