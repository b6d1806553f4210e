"""Content-Disposition for any file name (RFC 6266, RFC 8187)."""

from urllib.parse import quote

# RFC 8187's attr-char: what needs no escape in an extended value.
_PLAIN = "!#$&+-.^_`|~"


def attachment(name: str) -> str:
    """The header for a file that is to be saved under the name.

    Args:
        name: Any text; clients that know RFC 8187 get it whole, others an ASCII stand-in.
    """
    plain = "".join(c if " " <= c <= "~" and c not in '"\\%' else "_" for c in name)
    value = f'attachment; filename="{plain}"'
    if plain == name:
        return value
    return f"{value}; filename*=UTF-8''{quote(name, safe=_PLAIN)}"
