"""The catalogues in ``locale/``: gathered from the code, and compiled, without gettext's tools."""
