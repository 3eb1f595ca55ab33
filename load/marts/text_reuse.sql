CREATE OR REPLACE VIEW text_reuse AS
WITH sentence AS MATERIALIZED (
  SELECT DISTINCT report_id, hash(sentence) AS sentence, length(sentence) AS characters
  FROM (
    SELECT
      report_id,
      unnest(string_split_regex(regexp_replace(regexp_replace(text, '[0-9０-９]+', '#', 'g'), '[ \t\r　]+', '', 'g'), '[。；！？;!?\n]')) AS sentence
    FROM section
  )
  WHERE length(sentence) >= 10
),
placed AS MATERIALIZED (
  SELECT report_id, sentence, characters, series, year, division_code, CASE WHEN length(division_code) = 9 THEN left(division_code, 6) END AS above
  FROM sentence
  JOIN reporter USING (report_id)
  WHERE chosen
),
year_before AS (
  SELECT DISTINCT series, year + 1 AS year, sentence FROM placed
),
sibling AS (
  SELECT above, year, sentence, count(DISTINCT series) AS bodies
  FROM placed
  WHERE above IS NOT NULL
  GROUP BY above, year, sentence
),
measured AS (
  SELECT
    placed.report_id,
    count(*) AS sentences,
    sum(placed.characters)::BIGINT AS characters,
    coalesce(sum(placed.characters) FILTER (year_before.sentence IS NOT NULL), 0)::BIGINT AS characters_year_before,
    coalesce(sum(placed.characters) FILTER (sibling.bodies > 1), 0)::BIGINT AS characters_sibling
  FROM placed
  LEFT JOIN year_before USING (series, year, sentence)
  LEFT JOIN sibling USING (above, year, sentence)
  GROUP BY placed.report_id
)
SELECT
  reporter.report_id,
  reporter.division_code,
  reporter.division,
  reporter.level,
  reporter.province,
  reporter.prefecture,
  reporter.county,
  reporter.issuer,
  reporter.year,
  before.report_id AS report_id_year_before,
  measured.sentences,
  measured.characters,
  CASE WHEN before.report_id IS NOT NULL THEN measured.characters_year_before END AS characters_year_before,
  CASE WHEN before.report_id IS NOT NULL THEN measured.characters_year_before / measured.characters END AS share_year_before,
  CASE WHEN reporter.level = 'town' THEN measured.characters_sibling END AS characters_sibling,
  CASE WHEN reporter.level = 'town' THEN measured.characters_sibling / measured.characters END AS share_sibling,
  measured.sentences < 10 AS small
FROM measured
JOIN reporter USING (report_id)
LEFT JOIN reporter AS before ON before.series = reporter.series AND before.year = reporter.year - 1 AND before.chosen
