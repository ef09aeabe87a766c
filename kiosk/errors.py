"""What must stop us. What a device does wrong is expected and is a fact (`kiosk.faults`), never an exception."""


class TvmError(Exception):
    """Root of all errors this program raises on purpose."""


class ConfigError(TvmError):
    """Set up wrongly: refuse to start, name file and key."""


class JournalError(TvmError):
    """The past is unreadable, foreign or cannot be written: out of service, call staff."""


class LinkError(TvmError):
    """A link broke. Lives between link and reactor only; becomes `Fault(LINK_LOST)`."""
