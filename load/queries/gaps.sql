-- Years without a report between years that have one
SELECT province, prefecture, county, division, division_code, year
FROM coverage
WHERE gap
ORDER BY division_code, year
