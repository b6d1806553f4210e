"""Authority: who sees what, and who may act."""

from datetime import timedelta

import pytest

from longrun.operations.authority import Authority, require
from longrun.operations.errors import (
    OperationExpired,
    OperationUnknown,
    PermissionMissing,
)
from tests.unit.operations.fakes import KINDS, RETENTION, Person, World, an_errand

LOOKER = Person(id="bob", permissions=frozenset())


@pytest.fixture
def authority(world: World) -> Authority:
    return Authority(store=world.store, kinds=KINDS, clock=world.clock)


def test_others_of_the_tenant_see_an_operation_and_may_not_act_on_it(
    world: World, authority: Authority
) -> None:
    operation_id = world.accepted()
    assert authority.see(operation_id, LOOKER).id == operation_id
    with pytest.raises(PermissionMissing) as missing:
        authority.act(operation_id, LOOKER)
    assert missing.value.permission == "work"


def test_the_kinds_permission_lets_others_of_the_tenant_act(
    world: World, authority: Authority
) -> None:
    operation_id = world.accepted()
    assert authority.act(operation_id, Person(id="bob")).id == operation_id


def test_another_tenants_operation_is_unknown_whatever_one_may(
    world: World, authority: Authority
) -> None:
    operation_id = world.accepted()
    for call in (authority.see, authority.act):
        with pytest.raises(OperationUnknown):
            call(operation_id, Person(tenant="globex"))


@pytest.mark.parametrize(
    "operation_id",
    ["", "1", "junk", "x" * 5_000, "00000000-0000-0000-0000-000000000000", "../../x"],
)
def test_an_id_that_is_none_is_unknown(authority: Authority, operation_id: str) -> None:
    with pytest.raises(OperationUnknown):
        authority.see(operation_id, Person())


def test_an_expired_operation_is_told_to_its_tenant_alone(
    world: World, authority: Authority
) -> None:
    operation_id = world.begun()
    world.lifecycle.succeed(operation_id)
    world.clock.pass_by(RETENTION)
    for call in (authority.see, authority.act):
        with pytest.raises(OperationExpired):
            call(operation_id, Person())
    with pytest.raises(OperationUnknown):
        authority.see(operation_id, Person(tenant="globex"))


def test_until_then_it_is_there(world: World, authority: Authority) -> None:
    operation_id = world.begun()
    world.lifecycle.succeed(operation_id)
    world.clock.pass_by(RETENTION - timedelta(seconds=1))
    assert authority.act(operation_id, Person()).percent == 100


def test_one_of_several_permissions_will_do() -> None:
    require(Person(), "look", "work")
    with pytest.raises(PermissionMissing, match="'look'"):
        require(Person(), "look", "listen")


def test_a_list_is_the_tenants_own_without_what_has_expired(
    world: World, authority: Authority
) -> None:
    over = world.begun()
    world.lifecycle.succeed(over)
    world.clock.pass_by(RETENTION)
    mine = world.accepted()
    world.lifecycle.accept(an_errand(), Person(tenant="globex"))
    page = authority.listed(LOOKER, newest_first=False, after=None, limit=1)
    assert page.operations == []
    assert page.after is not None
    page = authority.listed(LOOKER, newest_first=False, after=page.after, limit=1)
    assert ([each.id for each in page.operations], page.after) == ([mine], None)
