"""What this runtime extends, to the letter: looked at once, before the function is loaded.

awslambdaric keeps no promise about its inside: `bootstrap.run` lost an argument from 3.1 to 4.0.
"""

from collections.abc import Callable
from typing import Any, Final

import awslambdaric
from awslambdaric import bootstrap, lambda_runtime_client
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient
from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller

VERSION: Final = "4.2.2"
"""The same as in requirements.txt."""

SIGNATURES: Final[tuple[tuple[Callable[..., Any], str], ...]] = (
    (bootstrap.run, "handler lambda_runtime_client"),
    (LambdaRuntimeClient.__init__, "self lambda_runtime_address use_thread_for_polling_next"),
    (
        LambdaRuntimeClient.post_invocation_result,
        "self invoke_id result_data content_type invocation_id",
    ),
    (LambdaMarshaller.marshal_response, "self response"),
)


class PinBroken(Exception):
    """The awslambdaric that was found is not the one that this runtime extends."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The streaming runtime extends awslambdaric {VERSION}, but {what} "
            f"(found in {awslambdaric.__path__[0]})."
        )


def check(
    version: str = awslambdaric.__version__,
    signatures: tuple[tuple[Callable[..., Any], str], ...] = SIGNATURES,
) -> None:
    """See that all is as pinned.

    Raises:
        PinBroken: It is not.
    """
    if version != VERSION:
        raise PinBroken(f"this is {version}")
    for function, pinned in signatures:
        code = function.__code__
        found = " ".join(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
        if found != pinned:
            raise PinBroken(f"{function.__qualname__} takes ({found}) in place of ({pinned})")
    if lambda_runtime_client.runtime_client is None:
        raise PinBroken("its native part does not load: the layer is of another architecture")
