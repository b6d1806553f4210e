"""The baseline of a reload: DuckDB called directly, in one process, and nothing else.

Run as a process of its own. Each line of its input is JSON, `{"source", "target", "threads",
"bucket", "key"}`: the CSV file `source` becomes the Parquet file `target`; then the same from and
to the bucket, with boto3. What each took is answered.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import boto3
import duckdb

from bench.worker import most_resident


def main() -> None:
    """Convert each file as it is named."""
    store = boto3.client("s3")
    for line in sys.stdin:
        asked = json.loads(line)
        begun, cpu = time.perf_counter(), time.process_time()
        _convert(asked)
        taken = {"elapsed": time.perf_counter() - begun, "cpu": time.process_time() - cpu}
        begun = time.perf_counter()
        store.download_file(asked["bucket"], asked["key"], asked["source"])
        _convert(asked)
        content = Path(asked["target"]).read_bytes()
        store.put_object(Bucket=asked["bucket"], Key="bare.parquet", Body=content)
        taken["stored"] = time.perf_counter() - begun
        print(json.dumps({**taken, "resident": most_resident()}), flush=True)


def _convert(asked: dict[str, Any]) -> None:
    connection = duckdb.connect(config={"threads": asked["threads"]})
    connection.execute(
        f"COPY (SELECT * FROM read_csv('{asked['source']}')) TO '{asked['target']}' "  # noqa: S608
        "(FORMAT parquet, COMPRESSION zstd)"
    )
    connection.close()


if __name__ == "__main__":
    main()
