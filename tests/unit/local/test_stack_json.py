"""stack.json: as clients read it, and as it was before it said so much."""

import json
import stat
from pathlib import Path

from local.stack import Compositions, Oci, Oidc, Signer, Stack, Tenant, User

ANNA = User(name="acme-operator", password="s3cret", roles=["ROLE_DATA"])
OIDC = Oidc(
    token_url="http://localhost:4566/oauth2/token",
    client_id="app-1",
    client_secret="s3cret",
    scopes=["longrun/print:run"],
)
OCI = Oci(
    user="ocid1.user.oc1..u",
    tenancy="ocid1.tenancy.oc1..acme",
    fingerprint="aa:bb",
    key_file=".local/keys/acme-operator.pem",
    region="local-1",
)
COMPOSITIONS = Compositions(
    person="p",
    preperson="u",
    employee="e",
    encounter="v",
    episode="c",
    signer=Signer(cert_file=".local/signers/acme/rsa.pem", key_file="r"),
    ec_signer=Signer(cert_file="s", key_file="t"),
    root_file=".local/signers/acme/root.pem",
)
WHOLE = Tenant(
    id="acme",
    users=[ANNA],
    oidc=OIDC,
    bearer="a.b.c",
    api_key="k3y",
    oci=OCI,
    compositions=COMPOSITIONS,
)


def stack(tenant: Tenant) -> Stack:
    return Stack(
        endpoint="http://localhost:4566",
        region="us-east-1",
        stack="longrun-local",
        contracts={"print": "p", "workRequests": "w", "controlPlane": "c"},
        resources={"PrintApi": "longrun-local-PrintApi"},
        tenants=[tenant],
    )


def test_names_are_spelled_as_clients_expect_them(tmp_path: Path) -> None:
    file = tmp_path / "stack.json"
    stack(WHOLE).write(file)

    document = json.loads(file.read_text())

    assert document["tenants"][0]["oidc"] == {
        "tokenUrl": "http://localhost:4566/oauth2/token",
        "clientId": "app-1",
        "clientSecret": "s3cret",
        "scopes": ["longrun/print:run"],
    }
    assert document["tenants"][0]["bearer"] == "a.b.c"
    assert document["tenants"][0]["apiKey"] == "k3y"
    assert document["tenants"][0]["oci"]["keyFile"] == ".local/keys/acme-operator.pem"
    assert document["tenants"][0]["compositions"]["rootFile"] == ".local/signers/acme/root.pem"
    assert document["tenants"][0]["compositions"]["signer"] == {
        "certFile": ".local/signers/acme/rsa.pem",
        "keyFile": "r",
    }
    assert document["resources"] == {"PrintApi": "longrun-local-PrintApi"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    file = tmp_path / "stack.json"
    written = stack(WHOLE)

    written.write(file)

    assert Stack.read(file) == written


def test_a_tenant_of_an_older_version_is_read_without_what_it_lacks(tmp_path: Path) -> None:
    file = tmp_path / "stack.json"
    stack(Tenant(id="acme", users=[ANNA])).write(file)
    document = json.loads(file.read_text())
    for name in ("oidc", "bearer", "apiKey", "oci", "compositions"):
        del document["tenants"][0][name]
    file.write_text(json.dumps(document))

    assert Stack.read(file).tenants == [Tenant(id="acme", users=[ANNA])]
