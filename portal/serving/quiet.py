"""Keeps out of the log what is no fault."""

import logging
from asyncio import CancelledError


class EndedByUs(logging.Filter):
    """Drop what uvicorn says of each request that is still open when the server ends."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], CancelledError))
