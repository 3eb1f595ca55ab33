CREATE OR REPLACE VIEW denial_reasons AS
WITH reason AS (
  SELECT
    town_year.division_code,
    town_year.division,
    town_year.level,
    town_year.province,
    town_year.prefecture,
    town_year.county,
    town_year.year,
    town_year.form,
    town_year.verdict,
    town_year.issuer_kind,
    town_year.report_id,
    town_year.handled,
    unnest([
      {'kind': 'denied', 'of_kind': denied, 'reason': 'denied_state_secret', 'requests': denied_state_secret},
      {'kind': 'denied', 'of_kind': denied, 'reason': 'denied_by_law', 'requests': denied_by_law},
      {'kind': 'denied', 'of_kind': denied, 'reason': 'denied_security_stability', 'requests': denied_security_stability},
      {'kind': 'denied', 'of_kind': denied, 'reason': 'denied_third_party', 'requests': denied_third_party},
      {'kind': 'denied', 'of_kind': denied, 'reason': 'denied_internal_affairs', 'requests': denied_internal_affairs},
      {'kind': 'denied', 'of_kind': denied, 'reason': 'denied_process_information', 'requests': denied_process_information},
      {'kind': 'denied', 'of_kind': denied, 'reason': 'denied_enforcement_file', 'requests': denied_enforcement_file},
      {'kind': 'denied', 'of_kind': denied, 'reason': 'denied_administrative_query', 'requests': denied_administrative_query},
      {'kind': 'unavailable', 'of_kind': unavailable_total, 'reason': 'unavailable_not_held', 'requests': unavailable_not_held},
      {'kind': 'unavailable', 'of_kind': unavailable_total, 'reason': 'unavailable_needs_creation', 'requests': unavailable_needs_creation},
      {'kind': 'unavailable', 'of_kind': unavailable_total, 'reason': 'unavailable_unclear', 'requests': unavailable_unclear},
      {'kind': 'declined', 'of_kind': declined_total, 'reason': 'declined_petition', 'requests': declined_petition},
      {'kind': 'declined', 'of_kind': declined_total, 'reason': 'declined_repeated', 'requests': declined_repeated},
      {'kind': 'declined', 'of_kind': declined_total, 'reason': 'declined_publication', 'requests': declined_publication},
      {'kind': 'declined', 'of_kind': declined_total, 'reason': 'declined_excessive', 'requests': declined_excessive},
      {'kind': 'declined', 'of_kind': declined_total, 'reason': 'declined_reissue', 'requests': declined_reissue}
    ], recursive := true)
  FROM town_year
)
SELECT
  reason.division_code,
  reason.division,
  reason.level,
  reason.province,
  reason.prefecture,
  reason.county,
  reason.year,
  reason.form,
  concept.comparability,
  reason.verdict,
  reason.issuer_kind,
  reason.report_id,
  reason.kind,
  reason.reason,
  concept.label,
  concept.gloss,
  reason.requests,
  reason.of_kind,
  reason.requests / nullif(reason.of_kind, 0) AS share_of_kind,
  reason.of_kind < 30 AS small_kind,
  reason.handled,
  reason.requests / nullif(reason.handled, 0) AS share_of_handled,
  reason.handled < 30 AS small
FROM reason
JOIN concept ON concept.concept = reason.reason AND concept.form = reason.form AND concept.comparability <> 'none'
