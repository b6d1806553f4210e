"""What `sam build` leaves to be done before `sam deploy`, on the local stack and on AWS.

- Workflows become JSON. Their sources are YAML with anchors, which Step Functions does not take,
  and with placeholders where numbers belong, which SAM would write as text.
- Functions with an alias get a digest of all sources. SAM publishes a version only when a
  function's own folder changes; ours change by their layers.

`python -m local.built` does it.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from local.places import BUILD, ROOT

SOURCES = ("template.yaml", "samconfig.toml", "functions", "layers")
NUMBERS = re.compile(
    r'"(MaxConcurrency|TimeoutSeconds|IntervalSeconds|MaxAttempts)": "(\$\{\w+\})"'
)
ALIAS = re.compile(r"^( +)AutoPublishAlias: .+$", re.MULTILINE)


def finish_build() -> None:
    """Render the workflows and write the digest into the built template."""
    template = BUILD / "template.yaml"
    text = re.sub(r"DefinitionUri: (?P<path>\S+\.asl\.yaml)", _rendered, template.read_text())
    digest = source_digest()
    template.write_text(ALIAS.sub(rf"\g<0>\n\1AutoPublishCodeSha256: {digest}", text))


def source_digest() -> str:
    """A digest of everything that is deployed, in hex."""
    digest = hashlib.sha256()
    for path in _files():
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for name in SOURCES:
        source = ROOT / name
        found = [source] if source.is_file() else sorted(source.rglob("*"))
        yield from (p for p in found if p.is_file() and "__pycache__" not in p.parts)


def _rendered(found: re.Match[str]) -> str:
    source = (BUILD / found["path"]).resolve()
    text = json.dumps(yaml.safe_load(source.read_text()), indent=1)
    target = BUILD / source.with_suffix(".json").name
    target.write_text(NUMBERS.sub(r'"\1": \2', text))
    return f"DefinitionUri: {target.name}"


if __name__ == "__main__":
    finish_build()
