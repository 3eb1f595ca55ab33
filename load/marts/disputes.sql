CREATE OR REPLACE VIEW disputes AS
WITH dispute AS (
  SELECT
    division_code,
    division,
    level,
    province,
    prefecture,
    county,
    year,
    form,
    verdict,
    issuer_kind,
    report_id,
    handled,
    unnest([
      {
        'kind': 'review',
        'total': reviews,
        'upheld': reviews_upheld,
        'corrected': reviews_corrected,
        'other': reviews_other,
        'pending': reviews_pending,
        'direct': NULL
      },
      {
        'kind': 'lawsuit',
        'total': lawsuits,
        'upheld': lawsuits_upheld,
        'corrected': lawsuits_corrected,
        'other': lawsuits_other,
        'pending': lawsuits_pending,
        'direct': lawsuits_direct
      }
    ], recursive := true)
  FROM town_year
  WHERE form IS NOT NULL
)
SELECT
  dispute.division_code,
  dispute.division,
  dispute.level,
  dispute.province,
  dispute.prefecture,
  dispute.county,
  dispute.year,
  dispute.form,
  concept.comparability,
  dispute.verdict,
  dispute.issuer_kind,
  dispute.report_id,
  dispute.kind,
  dispute.total,
  dispute.upheld,
  dispute.corrected,
  dispute.other,
  dispute.pending,
  dispute.upheld + dispute.corrected + dispute.other AS concluded,
  dispute.corrected / nullif(dispute.upheld + dispute.corrected + dispute.other, 0) AS correction_rate,
  dispute.upheld + dispute.corrected + dispute.other < 30 AS small,
  dispute.direct,
  dispute.direct / nullif(dispute.total, 0) AS direct_share,
  dispute.handled,
  100 * dispute.total / nullif(dispute.handled, 0) AS per_100_handled,
  dispute.handled < 30 AS small_handled
FROM dispute
JOIN concept ON concept.concept = dispute.kind || 's' AND concept.form = dispute.form
