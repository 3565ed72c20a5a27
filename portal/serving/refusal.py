"""Why Loggia will not start."""


class CannotStart(Exception):
    """Starting makes no sense as things are; the message is one line for the owner."""
