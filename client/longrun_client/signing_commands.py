"""`longrun compositions sign`: its arguments, and how it ends."""

import argparse
import json
import sys
from pathlib import Path

type Subparsers = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - unnamed


def register(verbs: Subparsers) -> None:
    """Add the command to a group; it sets `alone`, which returns the exit code."""
    sign = verbs.add_parser(
        "sign",
        help="sign a JSON document: CMS with its content, base64",
        description="Sign a composition or a cancellation. The file is signed byte for byte; what"
        " comes out is the field `data` of the request.",
    )
    sign.set_defaults(alone=_sign)
    sign.add_argument("file", type=Path, metavar="FILE", help="the JSON; what `get` has as data")
    sign.add_argument(
        "--key",
        type=Path,
        required=True,
        metavar="FILE",
        help="the signer's private key, PEM; it stays where it is",
    )
    sign.add_argument(
        "--cert", type=Path, required=True, metavar="FILE", help="the signer's certificate, PEM"
    )
    sign.add_argument(
        "--chain",
        type=Path,
        metavar="FILE",
        help="certificates between the signer's and the root, PEM, to go along",
    )
    sign.add_argument(
        "-o", "--out", type=Path, metavar="FILE", help="written to; standard output if left out"
    )


def _sign(options: argparse.Namespace) -> int:
    # Loaded for this command alone: the others need no cryptography.
    from longrun_client.signing import SignerFiles, SigningRefused, encoded, sign

    source: Path = options.file
    target: Path | None = options.out
    try:
        content = _json_object(source)
        signer = SignerFiles(
            key=options.key.read_text(),
            certificate=options.cert.read_text(),
            chain=options.chain.read_text() if options.chain else "",
        )
        data = encoded(sign(content, signer))
        if target is not None:
            target.write_text(data)
    except (_NoObject, SigningRefused, OSError) as error:
        print(f"{source} was not signed. {error}", file=sys.stderr)
        return 1
    if target is None:
        print(data)
    return 0


class _NoObject(Exception):
    def __init__(self) -> None:
        super().__init__("It is not a JSON object in UTF-8.")


def _json_object(source: Path) -> bytes:
    """The file as it is: what is signed is its bytes."""
    content = source.read_bytes()
    try:
        value = json.loads(content.decode())
    except (ValueError, RecursionError):
        # The cause quotes the content.
        raise _NoObject from None
    if not isinstance(value, dict):
        raise _NoObject
    return content
