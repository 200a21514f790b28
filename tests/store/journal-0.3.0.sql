BEGIN TRANSACTION;
CREATE TABLE agreement (       -- what people said of a shift by phone: who is ready, who stands in
            kind TEXT NOT NULL,
            key TEXT NOT NULL,         -- of the place in the shift that it is about
            seq INTEGER NOT NULL,      -- of several about one place the last counts
            at TEXT NOT NULL,
            until_at TEXT NOT NULL,    -- when the shift is over
            told TEXT NOT NULL,        -- JSON
            PRIMARY KEY (kind, key)
        ) STRICT, WITHOUT ROWID
        ;
INSERT INTO "agreement" VALUES('readiness','xinli/late/2026-07-01T18:00:00.120Z/v01',1795846698321256,'2026-07-01T18:00:00.120Z','2026-07-01T18:00:00.120Z','{"is":"NoteReadiness","line":"xinli","slot":"late","from_at":"2026-07-01T18:00:00.120000+00:00","until_at":"2026-07-01T18:00:00.120000+00:00","volunteer":"v01","readiness":"ready"}');
CREATE TABLE audit (           -- who changed what about callers, by command
            seq INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            who TEXT NOT NULL,
            did TEXT NOT NULL,
            subject TEXT NOT NULL
        ) STRICT
        ;
INSERT INTO "audit" VALUES(1,'2026-07-01T18:00:00.120Z','mei','flagged high risk','pbx1-1782900000.1');
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
        ;
INSERT INTO "call" VALUES('pbx1-1782900000.1','xinli','pbx1','2026-07-01T18:00:00.120Z','2026-07-01T18:00:05.120Z','2026-07-01T18:01:00.120Z',5.0,55.0,'talked','v01');
INSERT INTO "call" VALUES('pbx1-1782900000.2','xinli','pbx1','2026-07-01T18:00:00.120Z',NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE caller_number (
            call TEXT PRIMARY KEY,
            number TEXT NOT NULL,
            stored_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        ;
INSERT INTO "caller_number" VALUES('pbx1-1782900000.1','+447700900123','2026-11-28T06:18:18.321Z');
CREATE TABLE caller_token (    -- who called, as a keyed hash of the number
            call TEXT PRIMARY KEY,
            token TEXT NOT NULL,
            stored_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        ;
INSERT INTO "caller_token" VALUES('pbx1-1782900000.1','0123456789abcdef','2026-11-28T06:18:18.321Z');
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
        ;
INSERT INTO "fact" VALUES('pbx1-1782900000.1',1795846698321131,'2026-07-01T18:00:00.120Z','rang','leg-pbx1-1782900000.1-v01','v01','0');
INSERT INTO "fact" VALUES('pbx1-1782900000.1',1795846698321136,'2026-07-01T18:00:00.121Z','rang','leg-pbx1-1782900000.1-v01','v01','1');
INSERT INTO "fact" VALUES('pbx1-1782900000.1',1795846698321140,'2026-07-01T18:00:00.122Z','rang','leg-pbx1-1782900000.1-v01','v01','2');
INSERT INTO "fact" VALUES('pbx1-1782900000.1',1795846698321143,'2026-07-01T18:00:00.123Z','rang','leg-pbx1-1782900000.1-v01','v01','3');
INSERT INTO "fact" VALUES('pbx1-1782900000.1',1795846698321146,'2026-07-01T18:00:00.124Z','rang','leg-pbx1-1782900000.1-v01','v01','4');
INSERT INTO "fact" VALUES('pbx1-1782900000.1',1795846698321151,'2026-07-01T18:00:00.125Z','rang','leg-pbx1-1782900000.1-v01','v01','5');
INSERT INTO "fact" VALUES('pbx1-1782900000.1',1795846698321159,'2026-07-01T18:00:00.126Z','rang','leg-pbx1-1782900000.1-v01','v01','6');
INSERT INTO "fact" VALUES('pbx1-1782900000.1',1795846698321165,'2026-07-01T18:00:00.127Z','rang','leg-pbx1-1782900000.1-v01','v01','7');
INSERT INTO "fact" VALUES('pbx1-1782900000.1',1795846698321169,'2026-07-01T18:00:00.128Z','rang','leg-pbx1-1782900000.1-v01','v01','8');
INSERT INTO "fact" VALUES('pbx1-1782900000.1',1795846698321172,'2026-07-01T18:00:00.129Z','rang','leg-pbx1-1782900000.1-v01','v01','9');
INSERT INTO "fact" VALUES('pbx1-1782900000.2',1795846698321202,'2026-07-01T18:00:00.120Z','arrived',NULL,NULL,'');
CREATE TABLE flagged (         -- callers who are at high risk
            token TEXT PRIMARY KEY,
            at TEXT NOT NULL,
            expires_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        ;
INSERT INTO "flagged" VALUES('0123456789abcdef','2026-07-01T18:00:00.120Z','2027-07-01T18:00:00.120Z');
CREATE TABLE leg (
            leg TEXT PRIMARY KEY,
            call TEXT NOT NULL,
            volunteer TEXT,            -- NULL: the overflow number
            endpoint TEXT NOT NULL,
            wave INTEGER NOT NULL,
            rang_at TEXT NOT NULL,
            ended_at TEXT NOT NULL,
            outcome TEXT NOT NULL
        , endpoint_id TEXT NOT NULL DEFAULT '', rang_s REAL NOT NULL DEFAULT 0, talk_s REAL NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID
        ;
INSERT INTO "leg" VALUES('leg-pbx1-1782900000.1-v01','pbx1-1782900000.1','v01','softphone',1,'2026-07-01T18:00:00.120Z','2026-07-01T18:00:05.120Z','talked','',0.0,0.0);
INSERT INTO "leg" VALUES('leg-pbx1-1782900000.1-v02','pbx1-1782900000.1','v02','softphone',1,'2026-07-01T18:00:00.120Z','2026-07-01T18:00:05.120Z','answered elsewhere','',0.0,0.0);
CREATE TABLE message (
            call TEXT NOT NULL,
            line TEXT NOT NULL,
            file TEXT NOT NULL,
            length_s REAL NOT NULL,
            recorded_at TEXT NOT NULL,
            PRIMARY KEY (call, file)
        ) STRICT, WITHOUT ROWID
        ;
INSERT INTO "message" VALUES('pbx1-1782900000.1','xinli','1_2_x.wav',4.0,'2026-07-01T18:00:00.120Z');
CREATE TABLE roster_text (     -- the texts of rosters that were in force; without contacts
            digest TEXT PRIMARY KEY,
            used_at TEXT NOT NULL,     -- when it came into force last
            packed BLOB NOT NULL
        ) STRICT
        ;
INSERT INTO "roster_text" VALUES('r0','2026-11-28T06:18:18.321Z',X'0A80');
CREATE TABLE run (             -- one start of the service: how its machine began
            run TEXT PRIMARY KEY,      -- its boot, 8 hexadecimal digits, as in the ids of its legs
            started_at TEXT NOT NULL,
            program TEXT NOT NULL,     -- the version that wrote it
            roster TEXT NOT NULL,      -- digest
            packed BLOB NOT NULL       -- both clocks and the memory; see tape.py
        ) STRICT
        ;
INSERT INTO "run" VALUES('00000001','2026-07-01T18:00:00.120Z','0.3.0','r0',X'780133D433E034323032D33530D735300C31B4B0323000223D43230320D0067338AB95328B95AC947C5373F38B2A956A0114530C04');
CREATE TABLE step (            -- what a machine was told and what came of it, some steps to a row
            run TEXT NOT NULL,
            first INTEGER NOT NULL,    -- number of the first one, from 1
            steps INTEGER NOT NULL,
            ended_at TEXT NOT NULL,    -- of the last one
            packed BLOB NOT NULL,      -- their lines; see tape.py
            PRIMARY KEY (run, first)
        ) STRICT
        ;
INSERT INTO "step" VALUES('00000001',1,1,'2026-07-01T18:00:00.120Z',X'780133D233E034323032D33530D735300C31B4B0323000223D43230320D0067338AB95328B95AC949C137372528B7C52D34A94749492811CA058415285A1AEA1B9859125483D509F522D67742C004D2D14B7');
CREATE TABLE volunteer_state (
            volunteer TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at TEXT NOT NULL,
            state TEXT NOT NULL,
            until_at TEXT,             -- NULL: it is not known when it ends
            detail TEXT NOT NULL,
            PRIMARY KEY (volunteer, seq)
        ) STRICT, WITHOUT ROWID
        ;
INSERT INTO "volunteer_state" VALUES('v01',1795846698321248,'2026-07-01T18:00:00.120Z','resting','2026-07-01T18:00:00.120Z','3 missed');
CREATE INDEX call_arrived ON call (arrived_at);
CREATE INDEX call_line_arrived ON call (line, arrived_at);
CREATE INDEX leg_call ON leg (call);
CREATE INDEX message_recorded ON message (recorded_at);
CREATE INDEX caller_number_stored ON caller_number (stored_at);
CREATE INDEX leg_ended ON leg (ended_at);
CREATE INDEX step_ended ON step (ended_at);
CREATE INDEX volunteer_state_at ON volunteer_state (at);
CREATE INDEX volunteer_state_paused ON volunteer_state (volunteer, seq) WHERE state = 'paused';
CREATE INDEX agreement_until ON agreement (until_at);
CREATE INDEX caller_token_stored ON caller_token (stored_at);
COMMIT;
PRAGMA user_version = 2;
