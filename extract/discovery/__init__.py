"""Finding reports: from a listing page to the pages of reports, and from those to the documents that hold them.

All wording and every content system is data (``data/discovery.toml``, ``docs/adding-a-cms.md``); nothing here asks the
web: :class:`extract.discovery.search.Search` says what is to be asked next, and is told what came.
"""
