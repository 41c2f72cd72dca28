"""What an import says about itself: counts for each file, refusals, notes."""

from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, order=True)
class Refusal:
    """Why a file is not imported: where, what is wrong, and what to do about it."""

    file: str
    line: int | None
    column: str
    reason: str
    remedy: str = ""

    @property
    def where(self) -> str:
        """File, line and column in one, for example ``meetings.csv:12 latitude``."""
        return f"{self.file}{f':{self.line}' if self.line else ''} {self.column}".strip()


class Refused(Exception):
    """Nothing is imported, for these reasons."""

    def __init__(self, refusals: list[Refusal]):
        super().__init__(f"{len(refusals)} refusals")
        self.refusals = refusals


@dataclass(frozen=True)
class Note:
    """Something the import saw and left as it is."""

    file: str
    row: str
    text: str


@dataclass
class FileCount:
    """Rows of one file: read, and what became of them."""

    read: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass
class Report:
    """The result of one import."""

    folder: str = ""
    files: dict[str, FileCount] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def imported(self) -> bool:
        """Whether the folder was taken in."""
        return not self.refusals

    @property
    def total(self) -> FileCount:
        """The counts of all files together."""
        counts = [asdict(count) for count in self.files.values()]
        return FileCount(**{name: sum(count[name] for count in counts) for name in asdict(FileCount())})

    def as_dict(self) -> dict:
        """Return the report as plain values, for JSON."""
        return {"imported": self.imported} | asdict(self) | {"total": asdict(self.total)}
