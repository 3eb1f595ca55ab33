-- Reports with findings of severity error, the most first
SELECT report_id, division_code, division, province, county, issuer, year, form, count(*) AS errors,
  count(*) FILTER (cause = 'source') AS of_source, count(*) FILTER (cause = 'parse') AS of_parse
FROM published.finding
JOIN published.reporter USING (report_id)
WHERE severity = 'error'
GROUP BY ALL
ORDER BY errors DESC, report_id
