"""Whether bytes are one DER value, before anything reads them: bounded, and without recursion.

BER is refused, that of streaming signers too (`openssl cms -stream`): it writes one value in many
ways, and then two readers may see two values. What the values mean is `message`'s.

Source: ITU-T X.690, sections 8 and 10.
"""

from typing import Final

from longrun.compositions.signatures.refusal import Reason, SignatureInvalid

DEPTH: Final = 32
"""Of nesting; a certificate in a message reaches about twelve."""
ELEMENTS: Final = 100_000
"""In one value; a message with a chain of certificates has about five hundred."""

_BOOLEAN: Final = 0x01
_INTEGERS: Final = (0x02, 0x0A)
_BIT_STRING: Final = 0x03
_NULL: Final = 0x05
_CONSTRUCTED: Final = (0x30, 0x31)


def check(value: bytes) -> None:
    """Refuse what is not exactly one DER value.

    Octet strings are not looked into.

    Raises:
        SignatureInvalid: MALFORMED.
    """
    ends = [len(value)]
    position = elements = 0
    while ends:
        if position == ends[-1]:
            ends.pop()
            continue
        if len(ends) == 1 and position:
            raise _malformed("has bytes after its end")
        elements += 1
        if elements > ELEMENTS or len(ends) > DEPTH:
            raise _malformed("is nested too deep or has too many elements")
        tag, start, end = _header(value, position, ends[-1])
        _check_universal(tag, value, start, end)
        if tag & 0x20:
            ends.append(end)
            position = start
        else:
            position = end
    if not elements:
        raise _malformed("is empty")


def _header(value: bytes, position: int, end: int) -> tuple[int, int, int]:
    """The tag, and where the contents start and end."""
    if end - position < 2:
        raise _malformed("is cut off")
    tag, length = value[position], value[position + 1]
    start = position + 2
    if tag & 0x1F == 0x1F:
        raise _malformed("has a tag that CMS does not use")
    if length == 0x80:
        raise _malformed("is in BER with indefinite lengths: write it as DER")
    if length > 0x80:
        digits = value[start : min(start + length - 0x80, end)]
        start += length - 0x80
        length = int.from_bytes(digits)
        if start > end:
            raise _malformed("is cut off")
        if length < 0x80 or digits[0] == 0:
            raise _malformed("is not DER: it has a length that is not the shortest")
    if length > end - start:
        raise _malformed("is cut off")
    return tag, start, start + length


def _check_universal(tag: int, value: bytes, start: int, end: int) -> None:
    """What DER says of the types whose encoding has a choice in BER."""
    if tag & 0xC0:
        return
    length = end - start
    if bool(tag & 0x20) != (tag | 0x20 in _CONSTRUCTED) or tag == 0:
        raise _malformed("is not DER: it has a value in pieces")
    if tag == _BOOLEAN:
        fine = length == 1 and value[start] in {0x00, 0xFF}
    elif tag in _INTEGERS:
        # The first nine bits are neither all 0 nor all 1.
        fine = length == 1 or (
            length > 1 and (value[start], value[start + 1] >> 7) not in {(0x00, 0), (0xFF, 1)}
        )
    elif tag == _BIT_STRING:
        # Keys and signatures are whole bytes; flags stand in extensions, which are octet strings.
        fine = length > 0 and value[start] == 0
    elif tag == _NULL:
        fine = length == 0
    else:
        fine = True
    if not fine:
        raise _malformed("is not DER: it has a value that is not in its one form")


def _malformed(what: str) -> SignatureInvalid:
    return SignatureInvalid(Reason.MALFORMED, f"The signed message {what}.")
