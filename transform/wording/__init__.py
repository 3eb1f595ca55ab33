"""Words and numbers, whatever they stand for: noise, script, cues, and what one cell says."""
