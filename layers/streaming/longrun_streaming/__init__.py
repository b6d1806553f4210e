"""A Lambda runtime that streams: awslambdaric, its client and its marshaller extended.

Knows the Runtime API and API Gateway's streamed form; nothing of what is answered, nor of longrun.
"""
