"""The user pool, and what decides whose tokens are accepted."""

from typing import Any

from longrun.identity.roles import SCOPE_PREFIX, SCOPES

Resources = dict[str, dict[str, Any]]


def test_the_pools_scopes_are_those_that_grant_something(resources: Resources) -> None:
    server = resources["UserPoolScopes"]["Properties"]

    assert server["Identifier"] + "/" == SCOPE_PREFIX
    assert sorted(scope["ScopeName"] for scope in server["Scopes"]) == sorted(SCOPES)


def test_nobody_signs_up_by_himself(resources: Resources) -> None:
    pool = resources["UserPool"]["Properties"]

    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}


def test_with_another_issuer_there_is_no_pool(resources: Resources) -> None:
    ours = {"UserPool", "UserPoolDomain", "UserPoolScopes", "IdentityAdminClients"}

    assert {n for n, r in resources.items() if r.get("Condition") == "HasUserPool"} == ours


def test_the_admin_function_may_make_and_delete_clients_of_this_pool_only(
    resources: Resources,
) -> None:
    policy = resources["IdentityAdminClients"]["Properties"]
    (statement,) = policy["PolicyDocument"]["Statement"]

    assert policy["Roles"] == [{"Ref": "IdentityAdminRole"}]
    assert statement["Resource"] == {"Fn::GetAtt": ["UserPool", "Arn"]}
    assert set(statement["Action"]) == {
        "cognito-idp:CreateUserPoolClient",
        "cognito-idp:DeleteUserPoolClient",
    }


def test_the_admin_function_keeps_the_directory_and_meets_no_session(resources: Resources) -> None:
    (policy,) = resources["IdentityAdminRole"]["Properties"]["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]

    assert "dynamodb:UpdateItem" not in statement["Action"]
    keys = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert "TOKEN#*" not in keys


def test_the_authorizer_reads_and_does_no_more(resources: Resources) -> None:
    (policy,) = resources["WorkRequestsAuthorizerRole"]["Properties"]["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]

    assert statement["Action"] == ["dynamodb:GetItem"]
    keys = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert keys == ["TENANT#*", "CLIENT#*"]
