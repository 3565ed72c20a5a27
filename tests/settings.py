"""The project's settings on a data folder of their own, which ends with the tests."""

import atexit
import os
import shutil
import tempfile

_data = tempfile.mkdtemp(prefix="loggia-tests-")
atexit.register(shutil.rmtree, _data, ignore_errors=True)
for _name in [name for name in os.environ if name.startswith("LOGGIA_")]:
    del os.environ[_name]
os.environ["LOGGIA_DATA"] = _data
os.environ["LOGGIA_STATIC_ROOT"] = f"{_data}/static"

from portal.settings import *  # noqa: E402, F403

# A file, not memory: threads and the byte path's own connections must see the same rows.
DATABASES["default"]["TEST"] = {"NAME": f"{_data}/test.sqlite3"}  # noqa: F405
# Argon2 at its real cost would be most of the tests' time; its own test asks for the default.
PASSWORD_HASHERS = ["tests.hashers.CheapArgon2"]
