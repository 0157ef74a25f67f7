"""How much of everything there may be (docs/protocol.md section 9). Client and relay hold the same numbers."""

KIB = 1 << 10
MIB = 1 << 20

MAX_BODY_BYTES = 32 * MIB  # a Commit with Welcome and tree at their own limits would not fit; none comes near both
MAX_ENTRY_BYTES = 64 * KIB
MAX_BLOB_BYTES = 256 * KIB
MAX_WRAP_BYTES = 1 * KIB
MAX_MESSAGE_BYTES = 1 * MIB
MAX_WELCOME_BYTES = 16 * MIB
MAX_RATCHET_TREE_BYTES = 16 * MIB
WELCOMES_KEPT_BYTES = 256 * MIB  # with their trees, that one account made and that still wait, in a channel
MAX_COMMIT_PROPOSALS = 1000  # more Adds and Removes go in several Commits
FOUNDING_BODY_BYTES = 2 * MIB  # a charter, its plan, a profile for each coordinator; anybody may send one
RETRY_BODY_BYTES = 2 * MIB  # of who may not publish: a retry of one message, whose receipt is all they can get (S2)
LARGE_BYTES = 64 * KIB  # what is longer is decoded beside the event loop
MAX_KEY_PACKAGE_BYTES = 4 * KIB  # a certificate, three keys, two signatures: about 700 bytes are used
MAX_CERTIFICATE_BYTES = 1 * KIB
MAX_STATEMENT_BYTES = 1 * KIB  # heads and receipts: about 250 bytes are used
MAX_ENROLMENT_BYTES = 1 * KIB
MAX_REJECTION_BYTES = 2 * KIB
MAX_HISTORY_CHUNK_BYTES = (
    MIB + KIB
)  # of history: a plaintext of the largest bucket, with header, certificate and signature
MAX_VAULT_BYTES = 1 * MIB
MAX_MAILBOX_ROWS = 200_000  # of an account: about eight a message at first, two when its epoch is over
MAX_MAILBOX_BYTES = 256 * MIB  # of an account's rows together
MAX_STRANGERS_MAILBOX_BYTES = 1 * MIB  # of who is in no operation; keys and their packages take 40 KB
MAX_MAILBOX_ROW_BYTES = 2 * MIB  # a message at its limit, with its certificate
MAX_MAILBOX_WRITE_ROWS = 20_000
MAX_MAILBOX_NAMES = 500  # rows that are asked for by name in one request
MAX_MAILBOX_PAGE_ROWS = 20_000
MAX_MAILBOX_SEAL_BYTES = 256  # about 100 are used
MAX_REGISTRATION_CODE_LETTERS = 128
MAX_ERROR_LETTERS = 1000
MAX_RELAY_NAME_BYTES = 255  # the charter's relay_name

MAX_ONE_TIME_KEY_PACKAGES = 100  # waiting ones of a device
MAX_CLAIM_ACCOUNTS = 200  # of one request; an operation of 1,000 is added in batches
CLAIMS_PER_HOUR = 1000  # key packages that an account may reserve
RESERVATION_SECONDS = 600
MAX_KEPT_KEY_PACKAGES = 2000  # of a device, spent ones too, whose hashes stay until they end
MAX_SESSIONS = 50  # of an account; the oldest ends
MAX_SOURCES = 50  # computers by which an account is known; the one that was idle longest is forgotten
RECOVERY_CODES = 10  # of an account, all made at once
STREAMS_PER_ACCOUNT = 10  # open at once
PUBLISHES_PER_MINUTE = 6000  # of an account, retries too
COMMIT_PAUSE_SECONDS = 2  # C7: between two Commits of a channel that revoke nobody …
COMMIT_PAUSE_MEMBER_MILLISECONDS = 3  # … or so long for each member, if that is longer
COMMITS_PER_HOUR = 120  # of an account in a channel, those that revoke not counted
LOSSES_BEFORE_TURN = 2  # Commits refused with 409 in a row, before an account may reserve the next turn …
TURN_SECONDS = 5  # … for so long, once a minute, and not in the same time after another's turn
MAX_LEAVES_PER_IDENTITY = 5  # C5; a claim hands out packages of so many devices of an account, the newest
MAX_FURTHER_DEVICES = 10_000  # in one answer: five of each admitted identity
MAX_DEVICES = 20  # that an account may register: lost ones stay until their certificates end

LOG_PAGE_ENTRIES = LEDGER_PAGE_ENTRIES = 500
PAGE_BYTES = 4 * MIB
MAX_WRAPS = 2000  # of one request: one for each admitted identity
MAX_BLOBS = 4000  # of one request, and of an operation: titles, definitions, one profile for each identity
MAX_BLOBS_BYTES = 20 * MIB  # of an operation's blobs together: they are renewed in one request and read in one answer
MAX_RESET_VAULT_BYTES = 64 * KIB  # two keys and a pin
RESET_SECONDS = 14 * 24 * 3600  # until a reset letter is too old
MAX_FOUNDING_ANSWERS = 20  # of an account that wait
FOUNDING_ANSWER_SECONDS = 14 * 24 * 3600  # two weeks between two calendars
MAX_WAITING_ENROLMENTS = 2000  # of an operation; one for each account
MAX_OPERATIONS = 1000  # that one account may be part of
MAX_REJECTIONS = 1000  # that a channel keeps, the newest first

MIN_SEALED_CHUNK_BYTES = 64 * KIB + 16  # of an attachment: plaintext and its tag
MAX_SEALED_CHUNK_BYTES = 256 * KIB + 16
MAX_SEALED_ATTACHMENT_BYTES = 101 * MIB  # room for 100 MiB with padding and tags
MAX_ATTACHMENT_CHUNKS = 1616  # of the smallest size
CHUNKS_AT_ONCE = 16  # in one answer, about 4 MiB
ATTACHMENTS_PER_ACCOUNT = 1000  # in one operation, for as long as it lasts …
ATTACHMENT_BYTES_PER_ACCOUNT = 2048 * MIB  # … and how much they are together
UPLOAD_SECONDS = 24 * 3600  # without a new chunk: then an incomplete attachment is forgotten
MAX_HISTORY_BYTES = 256 * MIB  # of a server's chunks that wait in an operation; 10,000 messages are about 15 MiB
MAX_HISTORY_CHUNKS = 4000  # of a server to one request: a gibibyte, which nobody waits for
HISTORY_SECONDS = 7 * 24 * 3600  # that a chunk waits; who was away longer asks again

MAX_COUNTER = (1 << 53) - 1  # sequences, epochs, times: the integers that a JSON number keeps exactly in a browser
