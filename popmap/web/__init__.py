"""HTTP: the only storey that knows Flask."""
