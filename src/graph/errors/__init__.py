"""What can go wrong, as one tree; the texts are in messages/, found by `code`.

    LivsgrafError                      (exit status)
    ├── InputError                     2  what the user gave cannot be used
    │   ├── UnknownName                   name, kind; suggestions
    │   │   └── UnknownSetting            file, line
    │   ├── BadDate                       value
    │   ├── BadValue                      name, value, type
    │   │   └── TooLow                    minimum
    │   ├── BadSetting                    name, value, known
    │   │   └── BadLimit
    │   ├── CannotListen                  host, port, reason
    │   ├── FileUnreadable                file, reason
    │   ├── NotAFile                      file
    │   ├── TooLarge                      file
    │   ├── UnknownFormat                 file; known
    │   │   └── OtherTable                ending
    │   │       └── MacroTable
    │   ├── TooManyBytes                  file, limit
    │   ├── WrongFormat                   file, format, found
    │   ├── WorkerError                   file
    │   │   ├── WorkerTimeout             limit
    │   │   ├── WorkerMemory              limit
    │   │   └── WorkerDied                how
    │   ├── ParseError                    file, line, column, reason; source
    │   │   ├── NotText                   byte
    │   │   │   └── Utf16                 (the whole file)
    │   │   ├── Unplaced                  (no line)
    │   │   ├── Unfinished                (no line)
    │   │   ├── DocumentType
    │   │   ├── RemoteContext             address
    │   │   ├── TooManyContexts
    │   │   └── BadIri                    value
    │   │       └── BadLanguage
    │   ├── TripleTerm                    file
    │   ├── TooDeep                       file, line, column; source, limit
    │   │   └── QueryTooDeep
    │   ├── TooTangled                    file
    │   ├── QuerySyntaxError              file, line, column, reason; source, found
    │   │   └── UndeclaredPrefix          prefix
    │   ├── QueryOutside                  file, line, column, word; source
    │   ├── QueryWrites                   file, line, column, word; source
    │   ├── QueryTooLong                  file, signs, limit
    │   ├── UnknownFunction               file, function
    │   ├── Unanswerable                  file, reason
    │   ├── HeaderError                   file, line, reason
    │   ├── NotAWorkbook                  file, reason
    │   │   └── LockedWorkbook
    │   ├── HostilePart                   file, part
    │   ├── TooManyParts                  file, count, limit
    │   ├── UnpacksTooLarge               file, limit
    │   ├── PackedTooTight                file, part, ratio, limit
    │   ├── TooManyRows                   file, sheet, count, limit
    │   ├── TooManyColumns                file, sheet, count, limit
    │   ├── HugeArea                      file, part, area
    │   ├── NoKnownHeadings               file, known
    │   ├── NotATable                     file, line, reason
    │   ├── TooLongForCell                thing, field, limit
    │   ├── NotCanonical                  term, reason
    │   ├── ValidationFailed              count; findings
    │   ├── NotForTerminal                format
    │   ├── NoReportFormat                file, known
    │   ├── OverInput                     file
    │   ├── BadEditor                     name, value
    │   ├── UnknownRole                   value, known
    │   ├── HasReceipts                   path, n
    │   ├── NotAnExport                   folder
    │   ├── RequestError               2  a request over the network; status, retry_after
    │   │   ├── NotAcceptable             known
    │   │   ├── UnknownParameter          name, known; suggestions
    │   │   ├── BadParameter              name, value, known
    │   │   ├── MissingParameter          name
    │   │   ├── BadLength                 name, limit
    │   │   ├── OutOfBounds               name, value, limit
    │   │   ├── WrongKind                 name, type
    │   │   ├── StrangeValue              name, value
    │   │   ├── BadContent
    │   │   ├── BadCursor                 value
    │   │   ├── NoSuchPage                name
    │   │   ├── MethodNotAllowed          name, known
    │   │   ├── UnsupportedMedia          value, known
    │   │   ├── RangeOutside              length
    │   │   ├── TooManyRequests           limit, seconds
    │   │   ├── Busy                      seconds
    │   │   ├── QueryTooLarge             size, limit
    │   │   ├── QueryBreaks
    │   │   ├── Unwritable                format
    │   │   ├── QueryTooSlow              seconds
    │   │   ├── QueryTooHungry            megabytes
    │   │   ├── AnswerTooLarge            unit, limit
    │   │   ├── UnknownGraph              name; suggestions
    │   │   ├── OneQuery                  n
    │   │   ├── NotAuthorised
    │   │   ├── Forbidden                 role
    │   │   ├── NotYours                  organisation, known
    │   │   ├── BadUpload
    │   │   ├── Refused                   n
    │   │   ├── TooMuchSent               limit
    │   │   ├── SentTooSlowly             seconds
    │   │   ├── NotHttp
    │   │   ├── AddressTooLong            limit
    │   │   ├── HeadersTooLarge           limit
    │   │   ├── Overloaded                seconds
    │   │   ├── BadHost
    │   │   ├── NoRoom
    │   │   └── NotReady
    │   │       ├── StillChecking
    │   │       ├── ServedReadOnly
    │   │       └── NotWhole              why
    │   ├── BadOwnSetting                 name, value, type, file, line
    │   ├── BadConfig                     file, line, column, reason
    │   ├── CannotListen                  host, port, reason
    │   │   ├── PortTaken
    │   │   ├── PortForbidden
    │   │   └── NoSuchHost
    │   ├── NotThere                      folder
    │   ├── BackupDamaged                 folder, file
    │   ├── PlaceTaken                    folder
    │   ├── SubmitError                2  what is handed in is not taken in
    │   │   ├── NotAnOrganisation         value
    │   │   ├── NamesAPerson
    │   │   ├── BadFunction               limit
    │   │   ├── NothingIn                 file
    │   │   ├── CannotErase               id
    │   │   └── Things                    n, things
    │   │       ├── NotOwned              organisation
    │   │       ├── NotData
    │   │       └── CannotUndo            id
    │   │           └── NotYoursToUndo    organisation
    │   └── StoreError                 2  the store cannot be used as asked
    │       ├── StoreAbsent               path
    │       ├── StoreLocked               path
    │       ├── StoreVersionMismatch      path, found, expected
    │       ├── StoreNotWritable          path
    │       ├── StoreUnmakable            path
    │       ├── StoreNotReadable          path
    │       ├── StoreForeign              path
    │       ├── StoreIsFile               path
    │       ├── StoreDamaged              path, reason
    │       │   ├── StoreAltered          path, reason
    │       │   ├── KeysDamaged           file
    │       │   ├── TrailBroken           line
    │       │   └── ReceiptDamaged        path, receipt, reason
    │       │       └── ReceiptLost
    │       ├── AlreadyServed             path, address
    │       └── DiskFull                  path
    └── InternalError                  3  our own fault: reason

An error carries a code and parameters and never a sentence for users: which language the user
reads is known only to the command line.
"""

from graph.errors.access import (
    BadUpload,
    Forbidden,
    KeysDamaged,
    NotAuthorised,
    NotYours,
    Refused,
    TrailBroken,
    UnknownRole,
)
from graph.errors.asked import (
    BadDate,
    BadSetting,
    BadValue,
    TooLow,
)
from graph.errors.asking import (
    AnswerTooLarge,
    BadContent,
    BadCursor,
    BadLength,
    BadParameter,
    Busy,
    MethodNotAllowed,
    MissingParameter,
    NoSuchPage,
    NotAcceptable,
    OneQuery,
    OutOfBounds,
    QueryBreaks,
    QueryTooHungry,
    QueryTooLarge,
    QueryTooSlow,
    RangeOutside,
    RepeatedParameter,
    RequestError,
    StrangeValue,
    StrayContent,
    StrayField,
    TooManyAtOnce,
    TooManyRequests,
    UnknownGraph,
    UnknownParameter,
    UnsupportedMedia,
    Unwritable,
    WrongKind,
)
from graph.errors.base import (
    InputError,
    InternalError,
    LivsgrafError,
    UnknownName,
)
from graph.errors.files import (
    BadIri,
    BadLanguage,
    DocumentType,
    FileUnreadable,
    MacroTable,
    NotAFile,
    NotCanonical,
    NotText,
    OtherTable,
    ParseError,
    RemoteContext,
    TooDeep,
    TooLarge,
    TooManyContexts,
    TooTangled,
    TripleTerm,
    Unfinished,
    UnknownFormat,
    Unplaced,
    Utf16,
    WrongFormat,
)
from graph.errors.findings import (
    NoReportFormat,
    NotForTerminal,
    OverInput,
)
from graph.errors.limits import (
    BadLimit,
    TooManyBytes,
    WorkerDied,
    WorkerError,
    WorkerMemory,
    WorkerTimeout,
)
from graph.errors.operating import (
    AddressTooLong,
    AlreadyServed,
    BackupDamaged,
    BadConfig,
    BadHost,
    BadOwnSetting,
    CannotListen,
    HeadersTooLarge,
    NoRoom,
    NoSuchHost,
    NotHttp,
    NotReady,
    NotThere,
    NotWhole,
    NoWall,
    Overloaded,
    PlaceTaken,
    PortForbidden,
    PortTaken,
    SentTooSlowly,
    ServedReadOnly,
    StillChecking,
    TooMuchSent,
    UnknownSetting,
)
from graph.errors.queries import (
    HeaderError,
    QueryOutside,
    QuerySyntaxError,
    QueryTooDeep,
    QueryTooLong,
    QueryWrites,
    Unanswerable,
    UndeclaredPrefix,
    UnknownFunction,
)
from graph.errors.sheets import (
    HostilePart,
    HugeArea,
    LockedWorkbook,
    NoKnownHeadings,
    NotATable,
    NotAWorkbook,
    PackedTooTight,
    TooLongForCell,
    TooManyColumns,
    TooManyParts,
    TooManyRows,
    UnpacksTooLarge,
)
from graph.errors.storing import (
    DiskFull,
    ReceiptDamaged,
    ReceiptLost,
    StoreAbsent,
    StoreAltered,
    StoreDamaged,
    StoreError,
    StoreForeign,
    StoreIsFile,
    StoreLocked,
    StoreNotReadable,
    StoreNotWritable,
    StoreUnmakable,
    StoreVersionMismatch,
    ValidationFailed,
)
from graph.errors.submitting import (
    BadEditor,
    BadFunction,
    CannotErase,
    CannotUndo,
    HasReceipts,
    NamesAPerson,
    NotAnExport,
    NotAnOrganisation,
    NotData,
    NothingIn,
    NotOwned,
    NotYoursToUndo,
    SubmitError,
    Things,
)

__all__ = [
    "AddressTooLong",
    "AlreadyServed",
    "AnswerTooLarge",
    "BackupDamaged",
    "BadConfig",
    "BadContent",
    "BadCursor",
    "BadDate",
    "BadEditor",
    "BadFunction",
    "BadHost",
    "BadIri",
    "BadLanguage",
    "BadLength",
    "BadLimit",
    "BadOwnSetting",
    "BadParameter",
    "BadSetting",
    "BadUpload",
    "BadValue",
    "Busy",
    "CannotErase",
    "CannotListen",
    "CannotUndo",
    "DiskFull",
    "DocumentType",
    "FileUnreadable",
    "Forbidden",
    "HasReceipts",
    "HeaderError",
    "HeadersTooLarge",
    "HostilePart",
    "HugeArea",
    "InputError",
    "InternalError",
    "KeysDamaged",
    "LivsgrafError",
    "LockedWorkbook",
    "MacroTable",
    "MethodNotAllowed",
    "MissingParameter",
    "NamesAPerson",
    "NoKnownHeadings",
    "NoReportFormat",
    "NoRoom",
    "NoSuchHost",
    "NoSuchPage",
    "NoWall",
    "NotAFile",
    "NotATable",
    "NotAWorkbook",
    "NotAcceptable",
    "NotAnExport",
    "NotAnOrganisation",
    "NotAuthorised",
    "NotCanonical",
    "NotData",
    "NotForTerminal",
    "NotHttp",
    "NotOwned",
    "NotReady",
    "NotText",
    "NotThere",
    "NotWhole",
    "NotYours",
    "NotYoursToUndo",
    "NothingIn",
    "OneQuery",
    "OtherTable",
    "OutOfBounds",
    "OverInput",
    "Overloaded",
    "PackedTooTight",
    "ParseError",
    "PlaceTaken",
    "PortForbidden",
    "PortTaken",
    "QueryBreaks",
    "QueryOutside",
    "QuerySyntaxError",
    "QueryTooDeep",
    "QueryTooHungry",
    "QueryTooLarge",
    "QueryTooLong",
    "QueryTooSlow",
    "QueryWrites",
    "RangeOutside",
    "ReceiptDamaged",
    "ReceiptLost",
    "Refused",
    "RemoteContext",
    "RepeatedParameter",
    "RequestError",
    "SentTooSlowly",
    "ServedReadOnly",
    "StillChecking",
    "StoreAbsent",
    "StoreAltered",
    "StoreDamaged",
    "StoreError",
    "StoreForeign",
    "StoreIsFile",
    "StoreLocked",
    "StoreNotReadable",
    "StoreNotWritable",
    "StoreUnmakable",
    "StoreVersionMismatch",
    "StrangeValue",
    "StrayContent",
    "StrayField",
    "SubmitError",
    "Things",
    "TooDeep",
    "TooLarge",
    "TooLongForCell",
    "TooLow",
    "TooManyAtOnce",
    "TooManyBytes",
    "TooManyColumns",
    "TooManyContexts",
    "TooManyParts",
    "TooManyRequests",
    "TooManyRows",
    "TooMuchSent",
    "TooTangled",
    "TrailBroken",
    "TripleTerm",
    "Unanswerable",
    "UndeclaredPrefix",
    "Unfinished",
    "UnknownFormat",
    "UnknownFunction",
    "UnknownGraph",
    "UnknownName",
    "UnknownParameter",
    "UnknownRole",
    "UnknownSetting",
    "UnpacksTooLarge",
    "Unplaced",
    "UnsupportedMedia",
    "Unwritable",
    "Utf16",
    "ValidationFailed",
    "WorkerDied",
    "WorkerError",
    "WorkerMemory",
    "WorkerTimeout",
    "WrongFormat",
    "WrongKind",
]
