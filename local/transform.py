"""Prints template.yaml as CloudFormation sees it, after the SAM transform, as JSON.

Runs in the environment of the local stack, where SAM is:
`.local/stack-venv/bin/python -m local.transform template.yaml`.
"""

import json
import logging
import sys
from pathlib import Path

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

MANAGED_POLICIES = (
    "AWSLambdaBasicExecutionRole",
    "AWSXRayDaemonWriteAccess",
    "AWSXrayWriteOnlyAccess",
)
LOCAL_PATHS = ("CodeUri", "ContentUri", "DefinitionUri")


class Policies:
    """The managed policies that SAM itself adds, by name."""

    def load(self) -> dict[str, str]:
        return {name: f"arn:aws:iam::aws:policy/service-role/{name}" for name in MANAGED_POLICIES}


def main() -> None:
    """Transform the template that the first argument names."""
    logging.disable(logging.WARNING)
    template = yaml_parse(Path(sys.argv[1]).read_text())
    for resource in template["Resources"].values():
        for name in LOCAL_PATHS:
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = "s3://bucket/key"
    print(json.dumps(transform(template, {}, Policies()), indent=1))


if __name__ == "__main__":
    main()
