"""What kind of file some bytes are, told from the bytes alone."""

from __future__ import annotations

import re

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF87a", "image"),
    (b"GIF89a", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x00\x00\x00\x0cjP  ", "image"),
    (b"wOFF", "font"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_BITMAP = re.compile(rb"BM.{4}\x00\x00\x00\x00", re.DOTALL)
_RIFF = re.compile(rb"RIFF.{4}WEBP", re.DOTALL)
_ARCHIVE = re.compile(
    rb"\s*(?:From|Subject|Date|MIME-Version|Content-Type|Content-Location|Snapshot-Content-Location|Message-ID|X-[\w-]+):"
    rb"[^\0]{0,2000}?multipart/(?:related|mixed|alternative)",
    re.IGNORECASE,
)
_OFFICE_XML = re.compile(
    rb"<(?:\w+:)?(?:Workbook|package|wordDocument)\b[^>]*?\"(?:urn:schemas-microsoft-com:office:spreadsheet|"
    rb"http://schemas\.microsoft\.com/office/(?:2006/xmlPackage|word/2003/wordml))\""
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
_SAMPLE = 1 << 12
_MAX_CONTROL_SHARE = 0.1

DESCRIPTIONS = {
    "pdf": "a PDF document",
    "ole": "an old Word, Excel or WPS document",
    "rtf": "an RTF document",
    "docx": "a Word document (docx)",
    "xlsx": "an Excel workbook (xlsx)",
    "pptx": "a PowerPoint presentation (pptx)",
    "ofd": "an OFD document",
    "odf": "an OpenDocument file",
    "zip": "a ZIP archive",
    "rar": "a RAR archive",
    "7z": "a 7z archive",
    "gzip": "gzip-compressed data",
    "bzip2": "bzip2-compressed data",
    "xz": "xz-compressed data",
    "office-xml": "an Office document as one XML file",
    "image": "an image",
    "font": "a font",
    "mhtml": "a saved web archive (MHTML)",
    "binary": "binary data of an unknown kind",
}


def sniff(data: bytes) -> str | None:
    """The kind of a file that is no text, a key of ``DESCRIPTIONS``, or None where it may be text."""
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<"):
        return "odf" if is_flat_opendocument(data) else "office-xml" if _is_office_xml(data) else None
    for magic, kind in _MAGIC:
        if head.startswith(magic) or data.startswith(magic):
            return kind
    if data.startswith(_ZIP):
        from extract.formats.zipped import kind_of_zip

        return kind_of_zip(data)
    if _BITMAP.match(data) or _RIFF.match(data):
        return "image"
    return "mhtml" if _ARCHIVE.match(data[:4096]) else None


def is_flat_opendocument(data: bytes) -> bool:
    """Whether markup is an OpenDocument file as one XML document."""
    head = data[:4096]
    return b"<office:document" in head and b"urn:oasis:names:tc:opendocument:xmlns:office:1.0" in head


def _is_office_xml(data: bytes) -> bool:
    """Whether markup is a file of Word or Excel as one XML document."""
    return _OFFICE_XML.search(data[:4096]) is not None


def is_binary_text(text: str) -> bool:
    """Whether a decoded text is none: more than one character in ten is a control character or undecodable."""
    sample = text[:_SAMPLE]
    return len(_CONTROL.findall(sample)) > _MAX_CONTROL_SHARE * len(sample)
