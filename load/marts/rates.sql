CREATE OR REPLACE VIEW rates AS
WITH comparable AS (
  SELECT form, CASE WHEN bool_and(comparability = 'same') THEN 'same' ELSE 'near' END AS comparability
  FROM concept
  WHERE comparability <> 'none'
    AND concept IN ('handled', 'granted', 'partly_granted', 'denied', 'unavailable_total', 'declined_total', 'other')
  GROUP BY form
)
SELECT
  division_code,
  division,
  level,
  province,
  prefecture,
  county,
  year,
  form,
  comparability,
  verdict,
  issuer_kind,
  report_id,
  handled,
  granted,
  granted / nullif(handled, 0) AS granted_share,
  partly_granted,
  partly_granted / nullif(handled, 0) AS partly_granted_share,
  granted + partly_granted AS substantive,
  (granted + partly_granted) / nullif(handled, 0) AS substantive_share,
  denied,
  denied / nullif(handled, 0) AS denied_share,
  unavailable_total AS unavailable,
  unavailable_total / nullif(handled, 0) AS unavailable_share,
  declined_total AS declined,
  declined_total / nullif(handled, 0) AS declined_share,
  other,
  other / nullif(handled, 0) AS other_share,
  handled < 30 AS small
FROM town_year
LEFT JOIN comparable USING (form)
