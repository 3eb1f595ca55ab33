-- Where what one year carries over is not what the next carries in
SELECT province, county, division, year, carried_out_year_before, carried_in, gap, report_id_year_before, report_id
FROM backlog
WHERE broken
ORDER BY abs(gap) DESC, division_code, year
