CREATE OR REPLACE VIEW ${view} AS
SELECT
  ${report_columns},
  ${figure_columns},
  wide.corrected
FROM report
LEFT JOIN ${wide} AS wide USING (report_id)
WHERE report.form = ${form}
