"""Object ids: the Base64URL of an object's name, which is how the Analytics face writes names."""

import base64


def object_id(name: str) -> str:
    """The id of the object with that name, not padded."""
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")
