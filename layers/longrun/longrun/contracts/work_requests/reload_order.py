"""The input of the kind `dataset.reload`. Loaded by who accepts work alone (pydantic)."""

from pydantic import BaseModel, ConfigDict


class ReloadOrder(BaseModel):
    """Which data set is to be reloaded; how is its definition's business, when the work begins."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    dataset: str
