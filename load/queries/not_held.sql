-- Where requests are most often refused as not held (本机关不掌握), of governments that handled 30 and more
SELECT province, county, division, year, requests, handled, share_of_handled
FROM denial_reasons
WHERE reason = 'unavailable_not_held' AND NOT small AND requests > 0 AND issuer_kind <> 'department'
ORDER BY share_of_handled DESC, division_code, year
LIMIT 50
