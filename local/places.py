"""Where the local stack keeps its files, and the environment that its programs run in."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".aws-sam" / "build"
REGION = "us-east-1"
STACK_NAME = "longrun-local"

# MiniStack takes the credentials of its own environment for those of the account's root.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """One local stack: its folder and its port. Two with different ones do not meet."""

    home: Path
    port: int

    @property
    def endpoint(self) -> str:
        """For the AWS SDKs: by name, because 127.0.0.1 is the stack's custom domain."""
        return f"http://localhost:{self.port}"

    @property
    def origin(self) -> str:
        """What the published paths stand under."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def stack(self) -> Path:
        return self.home / "stack.json"

    @property
    def keys(self) -> Path:
        """Private keys of the seeded users."""
        return self.home / "keys"

    @property
    def signers(self) -> Path:
        """Keys and certificates that compositions are signed with."""
        return self.home / "signers"

    @property
    def deployed(self) -> Path:
        """Says which state of the sources is deployed."""
        return self.home / "deployed.json"

    @property
    def pid(self) -> Path:
        return self.home / "ministack.pid"

    @property
    def temporary(self) -> Path:
        return self.home / "tmp"

    @property
    def log(self) -> Path:
        return self.home / "ministack.log"

    @property
    def programs(self) -> Path:
        """The environment of MiniStack and SAM (`make` creates it)."""
        return ROOT / ".local" / "stack-venv" / "bin"

    def environment(self) -> dict[str, str]:
        """Nothing of the caller's AWS configuration gets through to the programs."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return (
            kept
            | CREDENTIALS
            | {
                "PATH": f"{self.programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
                "AWS_DEFAULT_REGION": REGION,
                "AWS_ENDPOINT_URL": self.endpoint,
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                "SAM_CLI_TELEMETRY": "0",
                "PYTHONWARNINGS": "ignore",
            }
        )


def from_root(file: Path) -> str:
    """A path as stack.json names it: relative to the repository's root, if it is in there."""
    return str(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file)


def architecture() -> str:
    """This machine's, in Lambda's words: local functions run as processes of it."""
    return "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
