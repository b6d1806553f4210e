"""`/authentication`: handshake, version, login. Who calls was proved by the authorizer."""

from typing import Final

from longrun.contracts.print.answer import Answer, text
from longrun.contracts.print.call import Call
from longrun.contracts.print.endpoint import Endpoint
from longrun.contracts.print.handshake import handshake


def login(call: Call) -> Answer:
    """A session token for Basic credentials, to be sent as `auth_token` from then on."""
    issued = call.services.authenticator.login(call.principal)
    return text(issued.token, headers={"Token-Expires-In": str(issued.expires_in)})


ENDPOINTS: Final = (
    *handshake("AuthenticationRestService", "/authentication", "authentication"),
    Endpoint(name="login", verbs=("POST",), path="/authentication/login", answer=login),
)
