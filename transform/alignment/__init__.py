"""Alignment: each figure of the form gets its cell, or the doubt that says why it has none."""
