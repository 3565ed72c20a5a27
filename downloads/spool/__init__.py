"""Originals fetched from another server, kept on this disk as long as somebody needs them."""
