"""Identity: credentials → Principal, and the commands over tenants and users.

Which principal may act on which operation is decided in `operations.authority`; how the directory
is stored is `aws.directory`.
"""
