"""The world outside becomes a Page: bytes are fetched, kept, decoded and read into one neutral model."""
