"""The principal, its roles, and its way through the gateway."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.identity.principal import Principal
from longrun.identity.roles import PERMISSIONS, ROLES, SCOPES, permissions_of

WORDS = st.text(st.characters(categories=["L", "Nd", "P"]), min_size=1, max_size=12)


@given(WORDS, WORDS, st.frozensets(WORDS), WORDS, st.none() | st.integers(1, 10**6))
def test_a_principal_survives_the_authorizers_context(
    tenant: str, caller: str, permissions: frozenset[str], name: str, generation: int | None
) -> None:
    principal = Principal(
        tenant=tenant,
        id=caller,
        permissions=permissions,
        name=name,
        password_generation=generation,
    )
    context = principal.to_context()

    assert all(isinstance(value, str) for value in context.values())
    assert Principal.from_context(context | {"integrationLatency": 12}) == principal


def test_a_principal_without_a_name_is_called_by_its_id() -> None:
    context = Principal(tenant="acme", id="anna", permissions=frozenset()).to_context()

    assert context["name"] == "anna"


def test_a_context_that_is_not_ours_is_an_error() -> None:
    with pytest.raises(KeyError):
        Principal.from_context({"principalId": "anna"})


# The matrix of contracts/print.md, its columns: data, resource, monitor.
MATRIX = [
    ("print:monitor", True, False, True),  # getOperations, getProgress
    ("print:run", True, False, False),  # submit, results, cancel, entities, data files, outputs
    ("resources:write", False, True, False),  # upload, delete
    ("resources:read", False, True, False),  # fetch
    ("resources:list", True, True, False),
]


@pytest.mark.parametrize(("permission", "data", "resource", "monitor"), MATRIX)
def test_the_roles_are_the_contracts_matrix(
    permission: str, data: bool, resource: bool, monitor: bool
) -> None:
    assert (permission in ROLES["ROLE_DATA"]) is data
    assert (permission in ROLES["ROLE_RESOURCE"]) is resource
    assert (permission in ROLES["ROLE_MONITOR"]) is monitor


def test_the_matrix_above_is_all_that_the_print_roles_permit() -> None:
    roles = ["ROLE_DATA", "ROLE_RESOURCE", "ROLE_MONITOR"]
    assert permissions_of(roles) == {permission for permission, *_ in MATRIX}


def test_an_administrator_may_do_what_an_author_may_and_snapshots() -> None:
    author = permissions_of(["DV Content Author"])

    assert author == {"datasets:author"}
    assert permissions_of(["BI Service Administrator"]) == author | {"snapshots:admin"}


def test_a_roles_blanks_do_not_count() -> None:
    assert permissions_of(["BIServiceAdministrator"]) == permissions_of(
        ["BI Service Administrator"]
    )


def test_a_scope_is_a_role_or_a_permission() -> None:
    assert permissions_of(["print:run", "datasets:author", "openid", "print:*"]) == {
        "print:run",
        "datasets:author",
    }
    assert permissions_of(SCOPES) == PERMISSIONS


def test_what_no_role_permits_is_compositions() -> None:
    by_scope_alone = PERMISSIONS - permissions_of(ROLES)

    assert by_scope_alone == {name for name in PERMISSIONS if name.startswith("composition:")}


def test_roles_add_up_and_unknown_ones_permit_nothing() -> None:
    assert permissions_of(["ROLE_MONITOR", "ROLE_GONE"]) == {"print:monitor"}
    assert permissions_of([]) == frozenset()
