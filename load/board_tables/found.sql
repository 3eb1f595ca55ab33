-- Findings by province, year, rule, severity and cause, with the reports that have them
SELECT province, year, rule, severity, cause, count(DISTINCT report_id) AS reports, count(*) AS findings
FROM published.finding
JOIN published.reporter USING (report_id)
GROUP BY ALL
ORDER BY ALL
