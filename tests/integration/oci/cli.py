"""The public OCI CLI, run as anybody runs it, with a configuration file and `--endpoint`."""

import configparser
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.stack import Oci
from tests.integration.oci.sdk import PROGRAMS, configuration


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    output: str
    errors: str

    @property
    def document(self) -> Any:
        """The JSON that it printed; nothing printed is no document."""
        assert self.code == 0, self.errors
        return json.loads(self.output) if self.output.strip() else None


class Cli:
    """`oci analytics … --endpoint …` of one caller."""

    def __init__(self, endpoint: str, key: Oci, folder: Path) -> None:
        assert PROGRAMS.exists(), "The OCI CLI is not installed: run `make oci`."
        self._endpoint = endpoint
        self._folder = folder
        self._config = folder / "config"
        written = configparser.ConfigParser()
        written["DEFAULT"] = configuration(key)
        with self._config.open("w") as file:
            written.write(file)
        self._config.chmod(0o600)

    def run(self, *words: str) -> Ended:
        """`oci analytics` with these words."""
        ended = subprocess.run(
            [
                *(PROGRAMS / "oci", "--config-file", self._config, "--endpoint", self._endpoint),
                *("analytics", *words),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            # Nothing of the person's own configuration gets through.
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self._folder),
                "SUPPRESS_LABEL_WARNING": "True",
            },
        )
        return Ended(code=ended.returncode, output=ended.stdout, errors=ended.stderr)
