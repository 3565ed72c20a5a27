#!/usr/bin/env python
"""Loggia's command line: ``manage.py help`` lists the commands."""

import os
import sys

from portal.serving import lifeline


def main() -> None:
    lifeline.hold_on()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as exc:
        sys.exit(f"loggia: {exc}")
    except DatabaseError as exc:
        from portal.serving.database import explain, is_circumstance

        if not is_circumstance(exc):
            raise
        sys.exit(f"loggia: {explain(exc)}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
