"""The views of the dashboard, each a function that draws one page."""
