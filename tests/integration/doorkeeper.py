"""Stands before the door of a deployed function: lets calls through, or misbehaves as it is told.

Put in the place of a function's `app.py`, which becomes `door.py` (see `breakage`). What to do
stands in a file; a call that is held looks until that file is gone.
"""

import json
import os
import time
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

door = import_module("door")

ORDERS = Path("FOLDER") / "orders.json"


def handler(event: dict[str, Any], context: object) -> Any:
    orders = _orders(event)
    if orders is None:
        return door.handler(event, context)
    answer = door.handler(event, context) if orders["after"] else None
    match orders["do"]:
        case "crash":
            raise RuntimeError("This function crashes in a test.")
        case "die":
            os._exit(1)
        case "hang":
            time.sleep(60)
    held = ORDERS.with_name(f"held-{os.getpid()}-{uuid4().hex}")
    held.touch()
    while ORDERS.exists():
        time.sleep(0.02)
    try:
        return answer if orders["after"] else door.handler(event, context)
    finally:
        held.unlink(missing_ok=True)


def _orders(event: dict[str, Any]) -> dict[str, Any] | None:
    try:
        orders: dict[str, Any] = json.loads(ORDERS.read_text())
        if any(event.get(name) != value for name, value in orders["when"].items()):
            return None
        if orders["once"]:
            ORDERS.unlink()
    except FileNotFoundError:
        return None
    return orders
