CREATE OR REPLACE VIEW concept AS
SELECT * FROM (VALUES
  ${rows}
) AS stated(concept, form, label, gloss, unit, comparability, expression, note)
