"""The baseline of a large job: one loop of Typst compiles, and nothing else.

Run as a process of its own, `bare.py TEMPLATE`: each line of its input names a file of records, a
chunk as data mapping wrote it. In the end it prints its CPU seconds and the most memory it held.
"""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import typst

from bench.worker import most_resident

# The least that sets each record on pages of its own: Longrun's way without the means to tell
# documents apart.
_SOURCE = """
#import "template.typ": document as typeset-document
#let flat(record) = {
  let fields = record.at("values")
  for (name, rows) in record.at("tables", default: (:)) { fields.insert(name, rows.map(flat)) }
  fields
}
#for (index, record) in json(bytes(sys.inputs.records)).enumerate() {
  if index > 0 { pagebreak() }
  counter(page).update(1)
  typeset-document(flat(record), (:))
}
"""


def main(template: Path) -> None:
    """Compile each chunk once; a line is answered when it is done."""
    source = template / "bare-chunk.typ"
    source.write_text(_SOURCE, encoding="utf-8")
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(template)])
    created = datetime.now(UTC).replace(microsecond=0)
    for line in sys.stdin:
        records = b",".join(Path(line.strip()).read_bytes().splitlines()).decode()
        typst.Compiler(
            str(source),
            root=str(template),
            font_paths=fonts,
            ignore_system_fonts=True,
            sys_inputs={"records": f"[{records}]"},
        ).compile(format="pdf", pdf_tags=False, timestamp=created)
        print(flush=True)
    print(json.dumps({"cpu": time.process_time(), "resident": most_resident()}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
