"""PDF documents become Pages: drawing operations, ruling lines, glyphs, lines, tables."""
