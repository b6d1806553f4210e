"""How the contract says yes and no."""

from longrun.gateway.answer import Answer, text


def truth(value: bool) -> Answer:
    """200 with `true` or `false`."""
    return text("true" if value else "false")
