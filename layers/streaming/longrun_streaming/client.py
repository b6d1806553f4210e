"""The Runtime API's client: streams what was opened, and leaves all else to awslambdaric.

Only errors of the response's body are told in trailers; see `chunked` for those of the connection.
"""

import logging
from contextlib import ExitStack

from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

from longrun_streaming.chunked import BrokenOff, ChunkedResponse
from longrun_streaming.marshaller import StreamingMarshaller
from longrun_streaming.opened import Opened

# Under our code's logger, so that it is logged as that is; else by awslambdaric's root handler.
logger = logging.getLogger("longrun.streaming")


class StreamingClient(LambdaRuntimeClient):  # type: ignore[misc]  # awslambdaric has no types
    """Posts one response at a time."""

    marshaller = StreamingMarshaller()

    def post_invocation_result(
        self,
        invoke_id: str,
        result_data: Opened | str | bytes,
        content_type: str = "application/json",
        invocation_id: str | None = None,
    ) -> None:
        """Send a handler's result.

        Once a response has begun, nothing is raised: the next invocation is as good as any. But if
        the Runtime API cannot even be reached, the process ends, as it does with awslambdaric.
        """
        if not isinstance(result_data, Opened):
            super().post_invocation_result(invoke_id, result_data, content_type, invocation_id)
            return
        with ExitStack() as stack:
            stack.callback(_close, result_data)
            response = ChunkedResponse(
                self.lambda_runtime_address,
                invoke_id,
                content_type=content_type,
                invocation_id=invocation_id,
            )
            stack.callback(response.close)
            try:
                _send(result_data, response)
            except BrokenOff as broken:
                logger.warning("%s", broken)


def _send(opened: Opened, response: ChunkedResponse) -> None:
    response.write(opened.prelude)
    try:
        for piece in opened:
            response.write(piece)
    except BrokenOff:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told and logged
        try:
            response.fail(error)
        finally:
            # After it: awslambdaric's log handlers may raise.
            logger.exception(
                "The response broke off in the middle: its body could not be made.", exc_info=error
            )
    else:
        response.finish()


def _close(opened: Opened) -> None:
    try:
        opened.close()
    except Exception:
        logger.exception("The body of a response could not be closed.")
