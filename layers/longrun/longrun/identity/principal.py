"""The principal: who calls, for which tenant, with which permissions.

A value and its way through the gateway's authorizer context; who proves it is `authentication`.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Whoever calls, whatever credentials proved it."""

    tenant: str
    id: str
    """Unique over all tenants; a user's own name."""
    permissions: frozenset[str]
    name: str = ""
    """For people to read; empty: the id."""
    password_generation: int | None = None
    """The generation of the password just given; None if something else was the proof.

    Only a password opens a session, and the session ends with that generation.
    """

    def to_context(self) -> dict[str, str]:
        """The principal as an authorizer's context: flat, and of strings, which is all it carries.

        Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
        """
        context = {
            "tenant": self.tenant,
            "principalId": self.id,
            "permissions": " ".join(sorted(self.permissions)),
            "name": self.name or self.id,
        }
        if self.password_generation is not None:
            context["passwordGeneration"] = str(self.password_generation)
        return context

    @classmethod
    def from_context(cls, context: Mapping[str, object]) -> "Principal":
        """The principal that `to_context` wrote.

        Args:
            context: `requestContext.authorizer` of the event; what the gateway adds is passed over.

        Raises:
            KeyError: The context is not from our authorizer.
        """
        generation = context.get("passwordGeneration")
        return cls(
            tenant=str(context["tenant"]),
            id=str(context["principalId"]),
            permissions=frozenset(str(context["permissions"]).split()),
            name=str(context.get("name", "")),
            password_generation=None if generation is None else int(str(generation)),
        )
