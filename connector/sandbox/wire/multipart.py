"""Reading multipart/form-data: text parts become attributes, parts with a file name are files."""

from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser

from connector.sandbox.wire.brackets import Tree, parse_pairs

MULTIPART = "multipart/form-data"
_BREAK = b"\r\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """One file of a form: under which name it was sent, what it is called, what it is."""

    name: str
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A form that was taken apart."""

    fields: dict[str, Tree]
    files: tuple[Upload, ...]


def read_form(content_type: str, body: bytes) -> Form:
    """Take a multipart body apart; ValueError when its boundary or a part is malformed."""
    boundary = str(_headers(f"Content-Type: {content_type}").get_param("boundary", ""))
    if not boundary:
        raise ValueError("no boundary")
    pairs: list[tuple[str, str]] = []
    files: list[Upload] = []
    for head, content in _parts(boundary.encode(), body):
        name = str(head.get_param("name", "", header="content-disposition"))
        if not name:
            raise ValueError("a part without a name")
        filename = head.get_filename()
        if filename is None:
            pairs.append((name, content.decode("utf-8", "replace")))
        else:
            files.append(_upload(head, name, filename, content))
    return Form(fields=parse_pairs(pairs), files=tuple(files))


def _parts(boundary: bytes, body: bytes) -> list[tuple[Message, bytes]]:
    delimiter = _BREAK + b"--" + boundary
    _preamble, *pieces = (_BREAK + body).split(delimiter)
    if not pieces or not pieces[-1].startswith(b"--"):
        raise ValueError("no closing boundary")
    parts = []
    for piece in pieces[:-1]:
        head, gap, content = piece.partition(_BREAK * 2)
        if not gap:
            raise ValueError("a part without content")
        parts.append((_headers(head.decode("utf-8", "replace").strip()), content))
    return parts


def _upload(head: Message, name: str, filename: str, content: bytes) -> Upload:
    kind = head.get_content_type() if head["content-type"] else "application/octet-stream"
    return Upload(name=name, filename=filename, content_type=kind, content=content)


def _headers(text: str) -> Message:
    return HeaderParser().parsestr(text, headersonly=True)
