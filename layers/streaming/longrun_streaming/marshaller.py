"""The marshaller: opens what is to be streamed, and leaves all else to awslambdaric."""

from typing import Any

from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller

from longrun_streaming.opened import CONTENT_TYPE, Opened, is_streamed


class StreamingMarshaller(LambdaMarshaller):  # type: ignore[misc]  # awslambdaric has no types
    """Called by awslambdaric where an exception still becomes an invocation error."""

    def marshal_response(self, response: Any) -> tuple[Opened | str | bytes, str]:
        """What goes to the Runtime API, and its content type."""
        if is_streamed(response):
            return Opened(response), CONTENT_TYPE
        marshalled: tuple[str | bytes, str] = super().marshal_response(response)
        return marshalled
