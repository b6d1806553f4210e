"""The Runtime API, as the function of these tests is asked."""

from typing import Any

from local import runtime_api
from local.runtime_api import Invocation


class RuntimeApi(runtime_api.RuntimeApi):
    """Takes the answer that is wanted."""

    def ask(self, answer: str, **rest: Any) -> Invocation:
        """Hand out an invocation; the options of `Invocation`, all else is in the event."""
        options = {
            name: rest.pop(name) for name in ("kept", "hangs_up_after", "status") & rest.keys()
        }
        return self.invoke(Invocation(event={"answer": answer, **rest}, **options))
