"""Where the demo's stack is and who may use it: `.local/stack.json`, which `make up` writes."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from longrun_client.compositions_documents import Place
from longrun_client.work_requests_tokens import ClientCredentials

NEEDED_ROLES = frozenset({"ROLE_DATA", "ROLE_RESOURCE"})


class StackMissing(Exception):
    """There is no stack to be found, or nobody who may use it."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason} Start the local stack with `make up`.")
        self.path = path


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDoctor:
    """Who writes compositions in the demo, and about whom."""

    url: str
    """The compositions API, up to and including `/api`."""
    api_key: str = field(repr=False)
    employee: str
    """Whom the client of the stack's credentials is."""
    person: str
    place: Place
    """Of compositions about the person."""
    key_file: Path
    certificate_file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStack:
    """A stack's services, and who may use them."""

    url: str
    """The print service, up to and including `/rest/serverengine`."""
    tenant: str
    user: str
    password: str = field(repr=False)
    work_requests: str
    """The Analytics API, up to and including `/api/20210901`."""
    credentials: ClientCredentials
    """A client of the same tenant."""
    doctor: DemoDoctor


def read_stack(path: Path) -> DemoStack:
    """The services of a stack, with the first user who may do all that the demo does.

    Raises:
        StackMissing: There is no such file, or it does not say.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StackMissing(path, "there is no such file, so no stack is up.") from None
    except (OSError, ValueError) as error:
        raise StackMissing(path, f"it cannot be read ({error}).") from None
    try:
        return _stack(document)
    except (KeyError, TypeError, AttributeError):
        raise StackMissing(path, "it does not describe a stack as this demo needs it.") from None
    except LookupError as error:
        raise StackMissing(path, f"{error}") from None


def _stack(document: dict[str, Any]) -> DemoStack:
    for tenant in document["tenants"]:
        for user in tenant["users"]:
            if frozenset(user["roles"]) >= NEEDED_ROLES:
                return DemoStack(
                    url=str(document["contracts"]["print"]).rstrip("/"),
                    tenant=str(tenant["id"]),
                    user=str(user["name"]),
                    password=str(user["password"]),
                    work_requests=str(document["contracts"]["workRequests"]).rstrip("/"),
                    credentials=ClientCredentials(
                        token_url=str(tenant["oidc"]["tokenUrl"]),
                        client_id=str(tenant["oidc"]["clientId"]),
                        client_secret=str(tenant["oidc"]["clientSecret"]),
                    ),
                    doctor=_doctor(tenant, str(document["contracts"]["compositions"])),
                )
    message = f"no user in it has the roles {' and '.join(sorted(NEEDED_ROLES))}."
    raise LookupError(message)


def _doctor(tenant: dict[str, Any], url: str) -> DemoDoctor:
    seeded = tenant["compositions"]
    person = str(seeded["person"])
    return DemoDoctor(
        url=url.rstrip("/"),
        api_key=str(tenant["apiKey"]),
        employee=str(seeded["employee"]),
        person=person,
        place=Place(
            patient=person, episode=str(seeded["episode"]), encounter=str(seeded["encounter"])
        ),
        key_file=Path(seeded["signer"]["keyFile"]),
        certificate_file=Path(seeded["signer"]["certFile"]),
    )
