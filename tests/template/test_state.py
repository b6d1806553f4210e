"""Where state is kept: encrypted, recoverable, private, and gone when its time is over."""

from typing import Any

Resources = dict[str, dict[str, Any]]


def test_the_table_recovers_expires_encrypts_and_streams_both_images(resources: Resources) -> None:
    table = resources["Table"]["Properties"]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_the_table_has_the_indexes_that_replace_scans(resources: Resources) -> None:
    given = resources["Table"]["Properties"]["GlobalSecondaryIndexes"]
    indexes = {
        index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]] for index in given
    }
    assert indexes == {
        "active": ["activeIn", "timeAccepted"],
        "due": ["dueIn", "dueAt"],
        "tenant": ["listedIn", "timeAccepted"],
    }


def test_a_change_of_progress_costs_no_index_write(resources: Resources) -> None:
    for index in resources["Table"]["Properties"]["GlobalSecondaryIndexes"]:
        assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}, index["IndexName"]


def test_the_key_of_secrets_is_rotated_and_bears_the_stacks_name(resources: Resources) -> None:
    assert resources["SecretsKey"]["Properties"]["EnableKeyRotation"] is True
    alias = resources["SecretsKeyAlias"]["Properties"]
    assert alias["AliasName"] == {"Fn::Sub": "alias/${AWS::StackName}-secrets"}


def test_the_bucket_is_private_versioned_and_encrypted(resources: Resources) -> None:
    bucket = resources["Bucket"]["Properties"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]


def test_the_bucket_refuses_unencrypted_transport_on_aws(resources: Resources) -> None:
    policy = resources["BucketPolicy"]
    assert policy["Condition"] == "IsAws"
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_everything_but_persistent_files_expires_with_the_operations(resources: Resources) -> None:
    rules = resources["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    expiring = {r["Prefix"]: r["ExpirationInDays"] for r in rules if "ExpirationInDays" in r}
    prefixes = ["files/transient/", "inputs/", "work/", "sets/", "results/"]
    assert expiring == {prefix: {"Ref": "RetentionDays"} for prefix in prefixes}


def test_replaced_versions_go_but_of_persistent_files_whose_version_is_pinned(
    resources: Resources,
) -> None:
    rules = resources["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    replaced = {r.get("Prefix", "") for r in rules if "NoncurrentVersionExpiration" in r}
    expiring = {r["Prefix"] for r in rules if "ExpirationInDays" in r}
    assert replaced == {*expiring, "delivered/"}


def test_abandoned_uploads_are_removed_wherever_they_are(resources: Resources) -> None:
    rules = resources["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    (everywhere,) = [r for r in rules if "AbortIncompleteMultipartUpload" in r]
    assert "Prefix" not in everywhere
    assert everywhere["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_what_holds_data_outlives_the_stack_on_aws(template: dict[str, Any]) -> None:
    for name in ("Table", "Bucket", "SignedBucket", "SecretsKey"):
        kept = template["Resources"][name]["DeletionPolicy"]
        assert kept == {"Fn::If": ["IsLocal", "Delete", "Retain"]}


def test_operations_are_kept_for_seven_days_by_default(template: dict[str, Any]) -> None:
    assert template["Parameters"]["RetentionDays"]["Default"] == 7


def test_no_log_is_kept_for_ever_and_every_function_has_an_explicit_one(
    resources: Resources,
) -> None:
    groups = {n: r for n, r in resources.items() if r["Type"] == "AWS::Logs::LogGroup"}
    assert all("RetentionInDays" in group["Properties"] for group in groups.values())
    for name, resource in resources.items():
        if resource["Type"] == "AWS::Lambda::Function":
            logging = resource["Properties"]["LoggingConfig"]
            assert logging["LogFormat"] == "JSON", name
            assert logging["LogGroup"]["Ref"] in groups, name
