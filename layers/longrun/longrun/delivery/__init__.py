"""Results and downloads over HTTP: how stored bytes reach a client, the same in every contract.

Nothing here knows a contract's words, or a gateway: a delivery is a status, headers and bytes.
"""
