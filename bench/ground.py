"""A table and a bucket of the bench's own in the local stack, with the samples in them."""

import os
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

from bench.build import Build, clean_environment
from local.deployment import client
from local.places import ROOT
from local.stack import Stack
from longrun.documents.steps.engine import Engine
from longrun.filestore import FileType, ManagedFile

LETTERS = ROOT / "samples" / "letters"
TEMPLATE = LETTERS / "template"
TENANT = "bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where jobs run: nothing of it is seen by the stack's own functions."""

    endpoint: str
    table: str
    bucket: str
    machine: str
    """The state machine that submitted jobs start: it does nothing, for the bench walks itself."""

    @property
    def variables(self) -> dict[str, str]:
        """What the template sets in the functions' environment, and where AWS is."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "TABLE": self.table,
            "BUCKET": self.bucket,
            "BUS": "default",
            "RETENTION_DAYS": "7",
            "WORKFLOW_PREFIX": self.machine.removesuffix("print-all-in-one"),
            "PUBLIC_BASE_URL": f"{self.endpoint}/rest/serverengine",
            "RESULTS_ROLE": "arn:aws:iam::000000000000:role/bench",
            "TOKEN_MINUTES": "60",
        }

    def read(self, key: str) -> bytes:
        """An object of the bucket."""
        body = client("s3", self.endpoint).get_object(Bucket=self.bucket, Key=key)["Body"]
        content: bytes = body.read()
        return content


@contextmanager
def ground(build: Build, stack: Stack) -> Iterator[Ground]:
    """Make the table, the bucket and the state machine, and remove them in the end."""
    name = f"bench-{uuid.uuid4().hex[:12]}"
    database = client("dynamodb", stack.endpoint)
    store = client("s3", stack.endpoint)
    workflows = client("stepfunctions", stack.endpoint)
    real = workflows.describe_state_machine(stateMachineArn=stack.resources["PrintAllInOne"])
    asked = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    with ExitStack() as ending:
        database.create_table(TableName=name, **{key: build.table[key] for key in asked})
        ending.callback(database.delete_table, TableName=name)
        store.create_bucket(Bucket=name)
        ending.callback(_remove, store, name)
        store.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        machine = workflows.create_state_machine(
            name=f"{name}-print-all-in-one",
            definition='{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
            roleArn=real["roleArn"],
        )["stateMachineArn"]
        ending.callback(workflows.delete_state_machine, stateMachineArn=machine)
        yield Ground(endpoint=stack.endpoint, table=name, bucket=name, machine=machine)


def upload(place: Ground, customers: int) -> dict[str, ManagedFile]:
    """Put the sample letters into the file store, with a data file of so many customers."""
    files = engine_on(place).files
    return {
        key: files.add(TENANT, file_type, name, content)
        for key, (file_type, name, content) in _samples(customers).items()
    }


def engine_on(place: Ground) -> Engine:
    """Our own code in this process, to prepare what is measured elsewhere."""
    os.environ.update(clean_environment() | place.variables)
    # Only here, after the environment was set: the adapters read it once a process.
    from longrun.aws.engine import engine
    from longrun.contracts.kinds import KINDS

    return engine(KINDS)


def template_archive() -> bytes:
    """The sample letters' template, zipped."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for path in sorted(TEMPLATE.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(TEMPLATE))
    return packed.getvalue()


def _samples(customers: int) -> Mapping[str, tuple[FileType, str, bytes]]:
    text = StringIO(newline="")
    sys.path.insert(0, str(ROOT))
    from samples import generate

    generate.write_csv(generate.customers(customers, one_page=True), text)
    return {
        "data": (FileType.DATA_FILE, f"customers-{customers}.csv", text.getvalue().encode()),
        "mapping": (
            FileType.DATA_MAPPING_CONFIG,
            "customers.yaml",
            (LETTERS / "customers.mapping.yaml").read_bytes(),
        ),
        "template": (FileType.TEMPLATE, "letters.zip", template_archive()),
        "jobs": (
            FileType.JOB_CREATION_CONFIG,
            "by-country.yaml",
            (LETTERS / "by-country.jobs.yaml").read_bytes(),
        ),
        "output": (
            FileType.OUTPUT_CREATION_CONFIG,
            "one-file.yaml",
            (LETTERS / "one-file.output.yaml").read_bytes(),
        ),
    }


def _remove(store: Any, bucket: str) -> None:
    for page in store.get_paginator("list_object_versions").paginate(Bucket=bucket):
        doomed = [
            {"Key": entry["Key"], "VersionId": entry["VersionId"]}
            for entry in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
        ]
        if doomed:
            store.delete_objects(Bucket=bucket, Delete={"Objects": doomed, "Quiet": True})
    store.delete_bucket(Bucket=bucket)
