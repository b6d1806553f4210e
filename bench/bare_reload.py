"""The baseline of a reload: DuckDB called directly, in one process, and nothing else.

Run as a process of its own: each line of its input is JSON, `{"source", "target", "threads"}`; a
CSV file becomes a Parquet file, and what that took is answered.
"""

import json
import sys
import time

import duckdb

from bench.worker import most_resident


def main() -> None:
    """Convert each file as it is named."""
    for line in sys.stdin:
        asked = json.loads(line)
        begun, cpu = time.perf_counter(), time.process_time()
        connection = duckdb.connect(config={"threads": asked["threads"]})
        connection.execute(
            f"COPY (SELECT * FROM read_csv('{asked['source']}')) TO '{asked['target']}' "  # noqa: S608
            "(FORMAT parquet, COMPRESSION zstd)"
        )
        connection.close()
        taken = {"elapsed": time.perf_counter() - begun, "cpu": time.process_time() - cpu}
        print(json.dumps({**taken, "resident": most_resident()}), flush=True)


if __name__ == "__main__":
    main()
