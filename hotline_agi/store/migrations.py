"""How a file comes to hold the tables: migrations forward only, counted by the file's version.

The statements of a version stay as they were when it was released, in SQLite's words: only SQLite has files so old.
What they amount to is `schema.METADATA`; a test holds both together.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from hotline_agi.errors import SetupError
from hotline_agi.store.dialect import set_version, version_of

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE call (
            call TEXT PRIMARY KEY,
            line TEXT NOT NULL,
            node TEXT NOT NULL,
            arrived_at TEXT NOT NULL,
            answered_at TEXT,
            ended_at TEXT,             -- NULL: not over, or its end was not seen
            wait_s REAL,
            talk_s REAL,
            outcome TEXT,
            volunteer TEXT
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX call_arrived ON call (arrived_at)",
        "CREATE INDEX call_line_arrived ON call (line, arrived_at)",
        """
        CREATE TABLE leg (
            leg TEXT PRIMARY KEY,
            call TEXT NOT NULL,
            volunteer TEXT,            -- NULL: the overflow number
            endpoint TEXT NOT NULL,
            wave INTEGER NOT NULL,
            rang_at TEXT NOT NULL,
            ended_at TEXT NOT NULL,
            outcome TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX leg_call ON leg (call)",
        """
        CREATE TABLE fact (
            call TEXT NOT NULL,
            seq INTEGER NOT NULL,      -- orders the facts of a call; see journal.py
            at TEXT NOT NULL,
            fact TEXT NOT NULL,
            leg TEXT,
            volunteer TEXT,
            detail TEXT NOT NULL,
            PRIMARY KEY (call, seq)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE message (
            call TEXT NOT NULL,
            line TEXT NOT NULL,
            file TEXT NOT NULL,
            length_s REAL NOT NULL,
            recorded_at TEXT NOT NULL,
            PRIMARY KEY (call, file)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX message_recorded ON message (recorded_at)",
        """
        CREATE TABLE caller_number (
            call TEXT PRIMARY KEY,
            number TEXT NOT NULL,
            stored_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX caller_number_stored ON caller_number (stored_at)",
    ),
    (
        "ALTER TABLE leg ADD COLUMN endpoint_id TEXT NOT NULL DEFAULT ''",  # '': of before this version
        "ALTER TABLE leg ADD COLUMN rang_s REAL NOT NULL DEFAULT 0",
        "ALTER TABLE leg ADD COLUMN talk_s REAL NOT NULL DEFAULT 0",
        "CREATE INDEX leg_ended ON leg (ended_at)",
        """
        CREATE TABLE run (             -- one start of the service: how its machine began
            run TEXT PRIMARY KEY,      -- its boot, 8 hexadecimal digits, as in the ids of its legs
            started_at TEXT NOT NULL,
            program TEXT NOT NULL,     -- the version that wrote it
            roster TEXT NOT NULL,      -- digest
            packed BLOB NOT NULL       -- both clocks and the memory; see tape.py
        ) STRICT
        """,
        """
        CREATE TABLE step (            -- what a machine was told and what came of it, some steps to a row
            run TEXT NOT NULL,
            first INTEGER NOT NULL,    -- number of the first one, from 1
            steps INTEGER NOT NULL,
            ended_at TEXT NOT NULL,    -- of the last one
            packed BLOB NOT NULL,      -- their lines; see tape.py
            PRIMARY KEY (run, first)
        ) STRICT
        """,
        "CREATE INDEX step_ended ON step (ended_at)",
        """
        CREATE TABLE roster_text (     -- the texts of rosters that were in force; without contacts
            digest TEXT PRIMARY KEY,
            used_at TEXT NOT NULL,     -- when it came into force last
            packed BLOB NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE volunteer_state (
            volunteer TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at TEXT NOT NULL,
            state TEXT NOT NULL,
            until_at TEXT,             -- NULL: it is not known when it ends
            detail TEXT NOT NULL,
            PRIMARY KEY (volunteer, seq)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX volunteer_state_at ON volunteer_state (at)",
        "CREATE INDEX volunteer_state_paused ON volunteer_state (volunteer, seq) WHERE state = 'paused'",
        """
        CREATE TABLE agreement (       -- what people said of a shift by phone: who is ready, who stands in
            kind TEXT NOT NULL,
            key TEXT NOT NULL,         -- of the place in the shift that it is about
            seq INTEGER NOT NULL,      -- of several about one place the last counts
            at TEXT NOT NULL,
            until_at TEXT NOT NULL,    -- when the shift is over
            told TEXT NOT NULL,        -- JSON
            PRIMARY KEY (kind, key)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX agreement_until ON agreement (until_at)",
        """
        CREATE TABLE caller_token (    -- who called, as a keyed hash of the number
            call TEXT PRIMARY KEY,
            token TEXT NOT NULL,
            stored_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX caller_token_stored ON caller_token (stored_at)",
        """
        CREATE TABLE flagged (         -- callers who are at high risk
            token TEXT PRIMARY KEY,
            at TEXT NOT NULL,
            expires_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE audit (           -- who changed what about callers, by command
            seq INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            who TEXT NOT NULL,
            did TEXT NOT NULL,
            subject TEXT NOT NULL
        ) STRICT
        """,
    ),
    (
        """
        CREATE TABLE roster_revision ( -- which roster came into force when
            seq INTEGER PRIMARY KEY,   -- orders them
            at TEXT NOT NULL,
            digest TEXT NOT NULL,
            revision TEXT NOT NULL,    -- the commit; '': the rosters are in no git work tree
            modified INTEGER NOT NULL, -- 1: files differed from that commit
            last_good_of TEXT NOT NULL -- when it was taken first, of one that was kept aside and restored; else ''
        ) STRICT
        """,
        "CREATE INDEX roster_revision_at ON roster_revision (at)",
        "CREATE INDEX audit_at ON audit (at)",
        "CREATE INDEX call_open ON call (arrived_at) WHERE ended_at IS NULL",
        """
        CREATE TABLE lifted (          -- callers whose limits a coordinator ended
            token TEXT PRIMARY KEY,
            at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
    ),
    (
        # work: messages, callbacks, missed calls
        """
        CREATE TABLE work (            -- who is to be called back; no number and no token
            entry TEXT PRIMARY KEY,    -- the first of the caller's calls
            line TEXT NOT NULL,
            kind TEXT NOT NULL,
            opened_at TEXT NOT NULL,   -- when that call ended
            last_at TEXT NOT NULL,     -- when the last one ended
            state TEXT NOT NULL,
            owner TEXT,
            lease_until TEXT,
            attempts INTEGER NOT NULL,
            not_before TEXT,
            call_until TEXT,           -- a call to them is under way, until then at the latest
            outcome TEXT,
            closed_at TEXT,
            told INTEGER NOT NULL      -- 1: who owned it knows that it closed by itself
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX work_unfinished ON work (opened_at) WHERE closed_at IS NULL",
        "CREATE INDEX work_closed ON work (closed_at)",
        """
        CREATE TABLE work_call (
            call TEXT PRIMARY KEY,
            entry TEXT NOT NULL,
            kind TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX work_call_entry ON work_call (entry)",
        """
        CREATE TABLE work_deed (       -- what was done about it
            entry TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at TEXT NOT NULL,
            deed TEXT NOT NULL,
            who TEXT,                  -- NULL: the service
            detail TEXT NOT NULL,
            PRIMARY KEY (entry, seq)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE work_attempt (    -- calls to callers
            attempt TEXT PRIMARY KEY,  -- the id of the channel that was dialled
            entry TEXT NOT NULL,
            volunteer TEXT NOT NULL,
            dialled_at TEXT NOT NULL,
            ended_at TEXT,
            ended TEXT,
            talk_s REAL NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX work_attempt_dialled ON work_attempt (dialled_at)",
        # high risk: follow-ups
        """
        CREATE TABLE follow_up (       -- after calls at high risk
            call TEXT NOT NULL,
            after_h INTEGER NOT NULL,  -- hours after the end of the call
            line TEXT NOT NULL,
            volunteer TEXT,            -- who talked last
            ended_at TEXT NOT NULL,    -- the call
            due_at TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'open',
            closed_at TEXT,
            closed_by TEXT,            -- user of the machine
            note TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (call, after_h)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX follow_up_open ON follow_up (due_at) WHERE state = 'open'",
        # recordings, and who heard them
        """
        CREATE TABLE recording (
            call TEXT NOT NULL,
            file TEXT NOT NULL,        -- NAME.wav, whether it is encrypted or not
            kind TEXT NOT NULL,        -- talk
            line TEXT NOT NULL,
            length_s REAL NOT NULL,
            recorded_at TEXT NOT NULL,
            PRIMARY KEY (call, file)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX recording_recorded ON recording (recorded_at)",
        """
        CREATE TABLE recording_access (
            seq INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            who TEXT NOT NULL,         -- user of the machine, or a volunteer
            how TEXT NOT NULL,         -- exported, heard by telephone, deleted
            kind TEXT NOT NULL,
            call TEXT NOT NULL,
            file TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX recording_access_at ON recording_access (at)",
        # results of talks, notes
        # languages of callers
        """
        CREATE TABLE callback_request ( -- who wants to be called back, and where
            call TEXT PRIMARY KEY,
            line TEXT NOT NULL,
            number TEXT NOT NULL,
            asked_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX callback_request_asked ON callback_request (asked_at)",
        """
        CREATE TABLE caller_language (
            token TEXT PRIMARY KEY,
            language TEXT NOT NULL,
            at TEXT NOT NULL           -- when they were heard last
        ) STRICT, WITHOUT ROWID
        """,
        # campaigns
        """
        CREATE TABLE campaign (
            campaign TEXT PRIMARY KEY,
            line TEXT NOT NULL,
            state TEXT NOT NULL,
            at TEXT NOT NULL           -- since when
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE campaign_person ( -- whom a campaign is to ring, without the number
            campaign TEXT NOT NULL,
            person INTEGER NOT NULL,   -- from 1, in the order of the list
            list_row INTEGER NOT NULL, -- in the file that they came from
            language TEXT NOT NULL,
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            due_at TEXT NOT NULL,      -- of somebody who is to be rung: at the soonest
            outcome TEXT,              -- of the last attempt
            stored_at TEXT NOT NULL,
            PRIMARY KEY (campaign, person)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX campaign_person_due ON campaign_person (campaign, state, due_at)",
        "CREATE INDEX campaign_person_stored ON campaign_person (stored_at)",
        """
        CREATE TABLE campaign_number (
            campaign TEXT NOT NULL,
            person INTEGER NOT NULL,
            number TEXT NOT NULL,
            token TEXT NOT NULL,
            stored_at TEXT NOT NULL,
            PRIMARY KEY (campaign, person)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX campaign_number_token ON campaign_number (token)",
        "CREATE INDEX campaign_number_stored ON campaign_number (stored_at)",
        """
        CREATE TABLE campaign_attempt (
            attempt TEXT PRIMARY KEY,  -- the id of its channel
            campaign TEXT NOT NULL,
            person INTEGER NOT NULL,
            placed_at TEXT NOT NULL,   -- written before it is
            answered_at TEXT,
            ended_at TEXT,             -- NULL: not over, or its end was not seen
            outcome TEXT
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX campaign_attempt_person ON campaign_attempt (campaign, person)",
        "CREATE INDEX campaign_attempt_placed ON campaign_attempt (placed_at)",
        "CREATE INDEX campaign_attempt_open ON campaign_attempt (campaign) WHERE ended_at IS NULL",
        """
        CREATE TABLE campaign_answer (
            campaign TEXT NOT NULL,
            person INTEGER NOT NULL,
            question TEXT NOT NULL,
            answer TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (campaign, person, question)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE do_not_call (     -- whom no campaign rings; for ever
            token TEXT PRIMARY KEY,    -- a keyed hash of the number
            made_with TEXT NOT NULL,   -- what tells that key from another
            at TEXT NOT NULL,
            source TEXT NOT NULL       -- the campaign in whose call they pressed the key, or 'command'
        ) STRICT, WITHOUT ROWID
        """,
    ),
)
"""One entry per version, each a list of statements that run in one transaction. Entries are added, never changed."""

VERSION = len(MIGRATIONS)


def migrate(connection: Connection, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> None:
    """Bring the database to the last of `migrations`, each in its own transaction; a failed one leaves no trace.

    :raises SetupError: if a newer version wrote it.
    """
    while (version := version_of(connection)) != len(migrations):
        if version > len(migrations):
            raise SetupError(
                f"the journal has version {version} and this program knows {len(migrations)}: "
                "install the newer hotline_agi again, or name another journal file"
            )
        with connection.begin():
            if version_of(connection) == version:  # else another process was faster
                for statement in migrations[version]:
                    connection.exec_driver_sql(statement)
                set_version(connection, version + 1)
