CREATE OR REPLACE VIEW backlog AS
SELECT
  now.division_code,
  now.division,
  now.level,
  now.province,
  now.prefecture,
  now.county,
  now.year,
  now.form,
  now.verdict,
  now.issuer_kind,
  now.report_id,
  now.received,
  now.carried_in,
  now.handled,
  now.carried_out,
  now.received + now.carried_in AS workload,
  now.carried_out / nullif(now.received + now.carried_in, 0) AS carried_out_share,
  now.received + now.carried_in < 30 AS small,
  before.report_id AS report_id_year_before,
  before.carried_out AS carried_out_year_before,
  now.carried_in - before.carried_out AS gap,
  now.carried_in <> before.carried_out AS broken
FROM town_year AS now
LEFT JOIN town_year AS before ON before.series = now.series AND before.year = now.year - 1
WHERE now.form IN ('2019', '2021')
