-- Who is corrected most often by reviews and courts, the concluded cases beside it
SELECT kind, province, county, division, year, corrected, concluded, correction_rate, small
FROM disputes
WHERE corrected > 0
ORDER BY kind, small, correction_rate DESC, corrected DESC, division_code, year
LIMIT 50
