"""Writes the document into the file that is named."""

from longrun.contracts.work_requests.analytics.openapi import written
from longrun.gateway.openapi import command

command("longrun.contracts.work_requests.analytics.openapi", written)
