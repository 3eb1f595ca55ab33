-- Reports by year, form and verdict, and how many have a finding that blames the page or the reading
SELECT year, form, verdict, count(DISTINCT report_id) AS reports,
  count(DISTINCT report_id) FILTER (cause = 'source') AS with_source_findings,
  count(DISTINCT report_id) FILTER (cause = 'parse') AS with_parse_findings
FROM quality
GROUP BY year, form, verdict
ORDER BY year, form, verdict
