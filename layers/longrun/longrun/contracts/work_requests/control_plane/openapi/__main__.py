"""Writes the document into the file that is named."""

from longrun.contracts.work_requests.control_plane.openapi import written
from longrun.gateway.openapi import command

command("longrun.contracts.work_requests.control_plane.openapi", written)
