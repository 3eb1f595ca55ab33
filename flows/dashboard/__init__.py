"""The dashboard: a local web application over the published database, in Chinese and English."""
