-- Divisions that the gazetteer has below each area, by level
SELECT code[:digits] AS area_code, level, count(*) AS divisions
FROM published.division
JOIN (VALUES (2), (4), (6), (9)) AS area(digits) ON digits <= length(code)
GROUP BY ALL
ORDER BY ALL
