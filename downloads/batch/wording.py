"""Names, numbers and sizes as people read them."""


def printable(text: str) -> str:
    """A line that cannot break into two or steer the terminal."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def short(name: str, most: int = 40) -> str:
    name = printable(name)
    return name if len(name) <= most else f"…{name[1 - most :]}"


def amount(size: float) -> str:
    """``2.4 MB``"""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.1f} {unit}" if unit != "B" else f"{int(size)} B"
        size /= 1000
    return f"{size:.1f} TB"


def counted(number: int, one: str = "file", many: str = "files") -> str:
    """``1 file``, ``2 files``"""
    return f"{number} {one if number == 1 else many}"


def duration(seconds: float) -> str:
    """``3 min``"""
    if seconds < 60:
        return f"{int(seconds)} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60)} min"
