"""Typesetting of a form: Typst, its own fonts, PDF/A-2b; nothing is fetched."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Final

import segno
import typst

from longrun.compositions.print_form.form import Form

_TEMPLATE: Final = Path(__file__).with_name("form.typ")

_PANIC: Final = "PanicException"
"""What pyo3 raises for a panic in Rust."""

_UNBROKEN: Final = re.compile(r"\S{36}(?=\S)")
"""Of a word that is longer than a UUID, so much; the rest may go on in the next line."""

# PDF/A forbids the box that stands for a character without a shape: what Typst's own fonts have no
# shape for, and what turns the direction of writing, is replaced before.
_LETTERS: Final = (
    r"\u0020-\u007e\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0377\u037a-\u037f\u0384-\u038a\u038c"
    r"\u038e-\u03a1\u03a3-\u0482\u048a-\u04ff\u05d0-\u05ea\u1e00-\u1eff\u2010-\u2027\u2030-\u2040"
    r"\u20a0-\u20c0\u2100-\u211e"
)
_MARKS: Final = r"\u0300-\u036f\u0483-\u0489\u0531-\u0556\u0559-\u058a\u0621-\u063a\u0640-\u066d"
"""Marks over letters, and letters of the font in reserve: seldom, and not in every mixture."""

_SPACE: Final = re.compile(r"[\t-\r\x85\u2028\u2029]+")
"""Breaks of lines and tabs: in a table's cell, a blank."""

_UNSEEN: Final = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff]")
"""Has no shape anyway: soft hyphens, joiners, marks of direction and of order."""

_WITHOUT_SHAPE: Final = (
    re.compile(f"[^{_LETTERS}{_MARKS}]"),
    re.compile(f"[^{_LETTERS}]"),
)
"""To be tried in this order."""


class NotTypeset(Exception):
    """Typst failed at a form. Its own words, which may quote what is printed, are not told."""

    def __init__(self) -> None:
        super().__init__("The form could not be typeset.")


def render(form: Form, *, created: datetime) -> bytes:
    """The form as a PDF/A-2b; the same for the same form and time.

    Not for several threads at a time: the environment is changed while Typst runs.

    Args:
        form: What it says.
        created: The time to stamp the file with, aware of its zone.

    Raises:
        NotTypeset: Typst fails at it.
    """
    first, *rest = _WITHOUT_SHAPE
    try:
        return _typeset(form, first, created)
    except NotTypeset:
        (plainest,) = rest
        return _typeset(form, plainest, created)


def _typeset(form: Form, without_shape: re.Pattern[str], created: datetime) -> bytes:
    content = _printable(asdict(form), without_shape)
    try:
        with _offline():
            pdf = typst.compile(
                str(_TEMPLATE),
                root=str(_TEMPLATE.parent),
                font_paths=typst.Fonts(include_system_fonts=False),
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards="a-2b",
                sys_inputs={"form": json.dumps(content), "qr": _qr_code(form.id)},
                timestamp=created.replace(microsecond=0),
            )
    except typst.TypstError:
        raise NotTypeset from None
    except BaseException as error:
        # Typst panics where lines of mixed scripts break. That is no `Exception`, and its class
        # is not to be had by import.
        if type(error).__name__ != _PANIC:
            raise
        raise NotTypeset from None
    if not isinstance(pdf, bytes):
        raise TypeError("Typst gave something else than one PDF.")
    return pdf


def _qr_code(text: str) -> str:
    """As SVG."""
    drawing = BytesIO()
    segno.make(text, error="m", micro=False).save(drawing, kind="svg", border=0, xmldecl=False)
    return drawing.getvalue().decode()


def _printable(value: object, without_shape: re.Pattern[str]) -> object:
    """The same with every text fit for printing."""
    match value:
        case dict():
            return {name: _printable(each, without_shape) for name, each in value.items()}
        case list() | tuple():
            return [_printable(each, without_shape) for each in value]
        case str():
            seen = _UNSEEN.sub("", _SPACE.sub(" ", value))
            return _UNBROKEN.sub("\\g<0>\u200b", without_shape.sub("?", seen))
        case _:
            return value


@contextmanager
def _offline() -> Iterator[None]:
    """Let Typst fetch no packages: it has no setting for that, only a proxy that nobody is at."""
    before = os.environ.get("https_proxy")
    os.environ["https_proxy"] = "http://127.0.0.1:9"
    try:
        yield
    finally:
        if before is None:
            del os.environ["https_proxy"]
        else:
            os.environ["https_proxy"] = before
