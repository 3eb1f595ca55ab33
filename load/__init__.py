"""Frames become a DuckDB file: schema, loading, views, and publishing without locking readers out."""
