-- Reports by province, year, form and verdict
SELECT province, year, form, verdict, count(*) AS reports
FROM published.reporter
GROUP BY ALL
ORDER BY ALL
