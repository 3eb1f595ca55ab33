-- Reports published after their deadline
SELECT division_code, issuer, year, published_on, deadline, days_late
FROM timeliness
WHERE NOT on_time AND NOT implausible
ORDER BY days_late DESC, division_code, year
