CREATE OR REPLACE VIEW doubt AS
SELECT
  named.report_id,
  report.division_code,
  report.year,
  named.figure,
  figure.value,
  figure.status,
  figure.raw,
  figure.corrected_value,
  named.position,
  named.rule,
  named.severity,
  named.cause,
  named.message
FROM (
  SELECT report_id, unnest(list_distinct(figures)) AS figure, position, rule, severity, cause, message
  FROM finding
) AS named
JOIN report USING (report_id)
LEFT JOIN figure ON figure.report_id = named.report_id AND figure.figure = named.figure
