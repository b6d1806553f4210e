"""The OpenAPI 3.1 document of the control plane, made from the table of endpoints.

Written by `python -m longrun.contracts.work_requests.control_plane.openapi
docs/openapi/control-plane.json`, loaded by nothing.
"""

from longrun.contracts.work_requests.control_plane.openapi.document import openapi_document, written

__all__ = ["openapi_document", "written"]
