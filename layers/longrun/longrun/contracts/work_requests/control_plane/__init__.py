"""The OCI control plane: work requests as the public OCI SDK and CLI speak of them, `/20190331`."""
