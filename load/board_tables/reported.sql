-- Reports of the governments by area and year: for every division and each one above it, how many below it have a report
SELECT
  division_code[:digits] AS area_code,
  level,
  year,
  count(*) AS divisions,
  count(*) FILTER (verdict = 'verified') AS verified,
  count(*) FILTER (verdict = 'incomplete') AS incomplete,
  count(*) FILTER (verdict = 'flagged') AS flagged,
  count(*) FILTER (verdict = 'empty') AS empty
FROM town_year
JOIN (VALUES (2), (4), (6), (9)) AS area(digits) ON digits <= length(division_code)
WHERE issuer_kind IN ('government', 'office', 'unknown')
GROUP BY ALL
ORDER BY ALL
