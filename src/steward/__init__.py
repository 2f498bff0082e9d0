"""Steward: the one system with which a medical office manager runs a whole clinic.

The rooms stand on floors and import only downward; ``docs/architecture.md`` is the map.
"""

import sys

__version__ = "0.1.0"

# Debian's SQLite 3.40 has the WAL-reset corruption bug mended in 3.51.3; the wheel brings its own library.
# It stands in for ``sqlite3`` before Django (or anyone) imports it.
try:
    import pysqlite3
    import pysqlite3.dbapi2
except ImportError:  # a machine whose own SQLite is newer may do without
    pass
else:
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
