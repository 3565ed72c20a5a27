"""A stand-in for an Immich server, for development and tests only.

It answers as recorded from Immich 2.7.5, or with the differences of 3.x, over pictures of its own
or a folder; breaks on order; and never writes anywhere but a cache of painted pictures.
Nothing of the product imports it.
"""
