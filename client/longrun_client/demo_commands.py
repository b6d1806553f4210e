"""`longrun demo`: its arguments, and how it ends."""

import argparse
import sys
from pathlib import Path

type Subparsers = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - unnamed


def register(groups: Subparsers) -> None:
    """Add the command; it sets `alone`, which does it and returns the exit code."""
    parser = groups.add_parser(
        "demo",
        help="letters, a data set and a composition on the local stack",
        description="Upload a sample, run the All-In-One over HTTP and save the letters as a PDF;"
        " define and reload a data set, and print letters from it as a work request; create, sign,"
        " print and cancel a composition. Then print the same calls as curl lines.",
    )
    parser.set_defaults(alone=_run)
    parser.add_argument(
        "--stack",
        dest="stack_file",
        type=Path,
        default=Path(".local/stack.json"),
        metavar="FILE",
        help="what `make up` wrote (default: %(default)s)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("out/letters.pdf"),
        metavar="FILE",
        help="the PDF, or a folder for letters.pdf; reminders.pdf and composition.pdf are put"
        " beside it (default: %(default)s)",
    )
    parser.add_argument(
        "--samples",
        type=Path,
        default=Path("samples"),
        metavar="FOLDER",
        help="the repository's samples (default: %(default)s)",
    )
    parser.add_argument(
        "--customers",
        type=_count,
        default=1000,
        metavar="N",
        help="how many letters (default: %(default)s)",
    )


def _run(options: argparse.Namespace) -> int:
    # Loaded for this command alone: the others need no HTTP client.
    from longrun_client.compositions_errors import CompositionsError
    from longrun_client.demo import Demo, run_demo
    from longrun_client.demo_sample import SampleMissing
    from longrun_client.demo_stack import StackMissing
    from longrun_client.print_errors import PrintServiceError
    from longrun_client.signing import SigningRefused
    from longrun_client.work_requests_errors import WorkRequestsError

    target: Path = options.out
    if target.suffix.lower() != ".pdf":
        target /= "letters.pdf"
    try:
        run_demo(
            Demo(
                stack=options.stack_file,
                samples=options.samples,
                target=target,
                customers=options.customers,
                command=_command(),
            )
        )
    except (
        StackMissing,
        SampleMissing,
        PrintServiceError,
        WorkRequestsError,
        CompositionsError,
        SigningRefused,
        OSError,
    ) as error:
        print(f"The demo failed. {error}", file=sys.stderr)
        return 1
    return 0


def _command() -> str:
    """How this very command was called: it need not be on the path."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "longrun" else "longrun"


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
