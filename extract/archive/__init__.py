"""The archive: every exchange with the web, kept for ever in WARC files; everything else can be made again from it.

A visit (one ask and what came of it) is a group of records that ends with its ``metadata`` record: the ``response``
that gave new bytes or the ``revisit`` of bytes that are kept already, and the ``request``; then the same for each
answer before it (redirects, attempts that failed).  A visit that failed has what was answered in place of the document
in the same way, and its ``metadata`` says that nothing was had.  ``index.sqlite`` beside the files is derived
from them and can be deleted at any time.
"""

from extract.archive.place import Place
from extract.archive.records import ArchiveError, Kept, Visit
from extract.archive.store import Archive

__all__ = ["Archive", "ArchiveError", "Kept", "Place", "Visit"]
