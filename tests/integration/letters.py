"""Small productions: a few records whose documents have as many pages as their records say."""

import io
import zipfile
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.integration.caller import Caller

CUSTOMERS = b"""id,name,country,pages,sku,quantity
1,Ada,UK,1,A-1,2
1,Ada,UK,1,A-2,1
2,Blaise,FR,2,A-1,1
3,Carl,DE,3,,
4,Dora,FR,4,A-3,7
5,Emil,UK,5,,
"""
PAGES = 1 + 2 + 3 + 4 + 5

MAPPING = b"""source: {format: csv}
group: [id]
parameters: [{name: salutation, default: Dear}]
fields:
  - {name: id, type: integer, required: true}
  - {name: name, required: true}
  - {name: country}
  - {name: pages, type: integer, default: 1}
  - {name: salutation, parameter: salutation}
tables:
  - name: orders
    fields: [{name: sku}, {name: quantity, type: integer}]
"""

TEMPLATE = """#let document(record, parameters) = {
  set page(width: 100mm, height: 80mm)
  if record.id == int(parameters.at("failAt", default: 0)) { panic("as it was told") }
  for page in range(record.pages) {
    if page > 0 { pagebreak() }
    [#record.salutation #record.name]
  }
}
"""

BY_COUNTRY = b"sort: [{field: country}]\ngroup: [country]\n"
NOBODY = b"filter: [{field: country, op: eq, value: nowhere}]\n"
ONE_FILE = b"file_name: letters.pdf\ndestination: letters\n"
PER_JOB = b"separation: group\nfile_name: letters-${country}.pdf\ndestination: letters\n"
PER_LETTER = b"separation: document\nfile_name: ${id}.pdf\n"


def customers(count: int) -> bytes:
    """So many records of a page each."""
    rows = [f"{number},Nobody,UK,1,,\n" for number in range(1, count + 1)]
    return "".join(["id,name,country,pages,sku,quantity\n", *rows]).encode()


def zipped(**files: str | bytes) -> bytes:
    """An archive; double underscores in the names are dots."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name.replace("__", "."), content)
    return archive.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """What a production needs, in the file store of one tenant."""

    name: str
    """What all of the files are called, but for their extensions."""
    data: int
    mapping: int
    template: int
    by_country: int
    nobody: int
    one_file: int
    per_job: int
    per_letter: int

    def configuration(self, *parts: str, **changed: dict[str, Any] | bool | str) -> dict[str, Any]:
        """A configuration of the parts named, or of all four.

        Args:
            parts: In the words of the contract.
            changed: Keys to be added to a part, or to the configuration itself.
        """
        all_parts: dict[str, Any] = {
            "datamining": {"identifier": self.data, "config": self.mapping},
            "contentcreation": {"config": self.template},
            "jobcreation": {"config": self.by_country},
            "outputcreation": {"config": self.one_file, "createOnly": True},
        }
        document: dict[str, Any] = {part: all_parts[part] for part in parts or all_parts}
        for key, value in changed.items():
            if isinstance(value, dict) and key in document:
                document[key] = {**document[key], **value}
            else:
                document[key] = value
        return document


def upload_letters(caller: Caller) -> Letters:
    """Upload everything, under a name that nobody else's files have."""
    name = f"letters {uuid4().hex[:8]}"
    return Letters(
        name=name,
        data=caller.upload("DataFile", f"{name}.csv", CUSTOMERS),
        mapping=caller.upload("DataMiningConfig", f"{name}.yaml", MAPPING),
        template=caller.upload("template", f"{name}.zip", zipped(template__typ=TEMPLATE)),
        by_country=caller.upload("JobCreationConfig", f"{name}.jobs.yaml", BY_COUNTRY),
        nobody=caller.upload("JobCreationConfig", f"{name}-nobody.yaml", NOBODY),
        one_file=caller.upload("OutputCreationConfig", f"{name}.output.yaml", ONE_FILE),
        per_job=caller.upload("OutputCreationConfig", f"{name}-jobs.yaml", PER_JOB),
        per_letter=caller.upload("OutputCreationConfig", f"{name}-letters.yaml", PER_LETTER),
    )
