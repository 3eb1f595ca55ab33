-- One row a division and year, as the view of the same name, with a short place for the eye; sorted so that one town is one read
SELECT * FROM published.town_year ORDER BY division_code, year
