"""A Page becomes a Report: the form is recognised, cells are aligned with it, and its arithmetic proves them."""
