"""Puts the runtime together. Its loop, its errors, its logs and its signals are awslambdaric's."""

from collections.abc import Mapping

from awslambdaric import bootstrap
from awslambdaric.lambda_config import LambdaConfigProvider

from longrun_streaming.client import StreamingClient
from longrun_streaming.pins import check


class ManyAtOnce(Exception):
    """The function is to take several invocations at once (Lambda Managed Instances)."""

    def __init__(self) -> None:
        super().__init__(
            "AWS_LAMBDA_MAX_CONCURRENCY is set, but the streaming runtime "
            "takes one invocation at a time."
        )


def serve(environ: Mapping[str, str]) -> None:
    """Take invocations until the process ends.

    Args:
        environ: As the Runtime API sets it: `_HANDLER`, `AWS_LAMBDA_RUNTIME_API`, …

    Raises:
        PinBroken: Another awslambdaric was found than this runtime extends.
        ManyAtOnce: See there.
    """
    check()
    config = LambdaConfigProvider(["", environ["_HANDLER"]], environ)
    if config.is_multi_concurrent:
        raise ManyAtOnce
    bootstrap.run(config.handler, StreamingClient(config.api_address, config.use_thread_polling))
