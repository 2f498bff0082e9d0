"""Static files under names that carry their content's hash, so that browsers keep them for a year."""

from __future__ import annotations

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class Storage(ManifestStaticFilesStorage):
    """Hashed names once ``collectstatic`` has run; plain names before (tests, the first command of a fresh checkout)."""

    manifest_strict = False

    # A wheel's sheet may name a source map it does not ship; following it would stop collectstatic.
    patterns = ()

    def stored_name(self, name: str) -> str:
        """The hashed name from the manifest, else the name itself; never reads the file."""
        return str(self.hashed_files.get(self.hash_key(self.clean_name(name)), name))
