"""`/authentication`: handshake, version, login. Who calls was proved by the authorizer."""

from typing import Final

from longrun.contracts.print.handshake import handshake
from longrun.contracts.print.services import Services
from longrun.gateway.answer import Answer, text
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint


def login(call: Call[Services]) -> Answer:
    """A session token for Basic credentials, to be sent as `auth_token` from then on."""
    issued = call.services.authenticator.login(call.principal)
    return text(issued.token, headers={"Token-Expires-In": str(issued.expires_in)})


ENDPOINTS: Final = (
    *handshake("AuthenticationRestService", "/authentication", "authentication"),
    Endpoint(name="login", verbs=("POST",), path="/authentication/login", answer=login),
)
