-- Requests received and handled in each province, by year and level, with the number of reports behind each sum
SELECT area, year, reporting_level, reports, received, received_reports, handled, handled_reports, handled_comparability
FROM rollup
WHERE area_level = 'province'
ORDER BY area_code, year, reporting_level
