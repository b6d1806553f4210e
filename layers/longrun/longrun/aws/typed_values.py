"""DynamoDB's typed values, and plain ones: text, numbers, truth, bytes, lists, maps; all we keep.

Not boto3's serializer: that loads the whole of boto3, a tenth of a function's start-up.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def to_typed(value: Any) -> dict[str, Any]:
    """A plain value as `{type: value}`.

    Raises:
        TypeError: A value of that type is never kept.
    """
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int() | Decimal():
            return {"N": str(value)}
        case float():
            return {"N": repr(value)}
        case bytes():
            return {"B": value}
        case None:
            return {"NULL": True}
        case Mapping():
            return {"M": {name: to_typed(each) for name, each in value.items()}}
        case list() | tuple():
            return {"L": [to_typed(each) for each in value]}
        case _:
            raise TypeError(f"The table keeps no {type(value).__name__}.")


def to_plain(value: Mapping[str, Any]) -> Any:
    """A typed value as a plain one; numbers become decimals.

    Raises:
        TypeError: It is of a type that is never kept.
    """
    for kind, each in value.items():
        match kind:
            case "S" | "BOOL" | "B":
                return each
            case "N":
                return Decimal(each)
            case "M":
                return {name: to_plain(inner) for name, inner in each.items()}
            case "L":
                return [to_plain(inner) for inner in each]
            case "NULL":
                return None
    raise TypeError(f"The table keeps no {', '.join(value)}.")
