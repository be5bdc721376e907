"""PoP Map: a public catalogue and map of services that help children, and where each of them can be reached."""
