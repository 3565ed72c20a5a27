"""Is the database fit to start on? And what its errors mean to the owner."""

from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from portal.serving.refusal import CannotStart

APPLICATION_ID = 0x4C4F4747  # "LOGG": what file(1) and a curious owner see
_MEANINGS = {
    "unable to open": "it cannot be opened. Check that its folder is there and belongs to you.",
    "readonly": "it cannot be written. Check who owns it, and that its disk is not read-only.",
    "read-only": "it cannot be written. Check who owns it, and that its disk is not read-only.",
    "not a database": "it is damaged. Bring back a copy, or move it away to begin anew.",
    "malformed": "it is damaged. Bring back a copy, or move it away to begin anew.",
    "disk is full": "its disk is full. Make room, then start again.",
    "disk i/o error": "its disk cannot be read or written. Is it full, or failing?",
    "locked": "another program is using it and does not let go. Stop that one first.",
    "no such table": "it is not set up yet. Start Loggia once, or run `manage.py migrate`.",
}


def prepare_database() -> None:
    """Bring the tables up to this version; raises ``CannotStart`` with the reason why not."""
    try:
        if connection.vendor == "sqlite":
            _prove_sqlite()
        executor = MigrationExecutor(connection)
        _refuse_newer(executor.loader)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as exc:
        raise CannotStart(explain(exc)) from exc
    finally:
        connection.close()


def explain(exc: DatabaseError) -> str:
    """One line for the owner about a database that failed."""
    problem = str(exc).strip() or type(exc).__name__
    known = (text for sign, text in _MEANINGS.items() if sign in problem.lower())
    meaning = next(known, " ".join(problem.split()))
    return f"The database {connection.settings_dict['NAME']}: {meaning}"


def is_circumstance(exc: DatabaseError) -> bool:
    """Whether the database's surroundings failed (a disk, a lock, damage), and not our code."""
    return isinstance(exc, OperationalError) or any(sign in str(exc) for sign in _MEANINGS)


def _prove_sqlite() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(1)")
        (verdict,) = cursor.fetchone()
        if verdict != "ok":
            raise OperationalError(f"malformed: {verdict}")
        cursor.execute(f"PRAGMA application_id = {APPLICATION_ID}")  # a real write


def _refuse_newer(loader: MigrationLoader) -> None:
    disk = loader.disk_migrations
    replaced = {old for migration in disk.values() for old in migration.replaces}
    unknown = [
        f"{app}.{name}"
        for app, name in sorted(loader.applied_migrations)
        if app in loader.migrated_apps and (app, name) not in disk and (app, name) not in replaced
    ]
    if unknown:
        raise CannotStart(
            f"The database {connection.settings_dict['NAME']} is newer than this version of"
            f" Loggia (it has {unknown[-1]}). Start the newer version, or bring back a copy."
        )
