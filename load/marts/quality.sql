CREATE OR REPLACE VIEW quality AS
WITH found AS (
  SELECT report_id, rule, severity, cause, count(*) AS findings, sum(len(figures))::BIGINT AS figures
  FROM finding
  GROUP BY report_id, rule, severity, cause
)
SELECT
  reporter.report_id,
  reporter.division_code,
  reporter.division,
  reporter.level,
  reporter.province,
  reporter.prefecture,
  reporter.county,
  reporter.issuer,
  reporter.issuer_kind,
  reporter.year,
  reporter.form,
  reporter.verdict,
  found.rule,
  found.severity,
  found.cause,
  coalesce(found.findings, 0) AS findings,
  coalesce(found.figures, 0) AS figures
FROM reporter
LEFT JOIN found USING (report_id)
