-- What moderators do to facts, and what they set for their server.
-- Ids are Discord's; server 0 is everywhere. Times are seconds since 1970. Records, settings and proposals are JSON.

CREATE TABLE epoch (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    epoch BIGINT NOT NULL CHECK (epoch >= 1),
    probed_at BIGINT NOT NULL
);

INSERT INTO epoch (one, epoch, probed_at) VALUES (1, 1, 0);

CREATE TABLE revision (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    server BIGINT NOT NULL,
    fact TEXT NOT NULL,
    number BIGINT NOT NULL,
    action TEXT NOT NULL,
    author_kind TEXT NOT NULL,
    author BIGINT,
    at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    cause BIGINT UNIQUE,
    before_state TEXT,
    before_record TEXT,
    after_state TEXT NOT NULL,
    after_record TEXT NOT NULL,
    shipped_record TEXT,
    UNIQUE (server, fact, number),
    CONSTRAINT "an id of a fact has 1 to 100 characters" CHECK (length(fact) BETWEEN 1 AND 100),
    CONSTRAINT "revisions are numbered from 1" CHECK (number >= 1),
    CONSTRAINT "no such action" CHECK (action IN ('add', 'edit', 'retract', 'restore', 'revert')),
    CONSTRAINT "no such kind of author" CHECK (author_kind IN ('person', 'operator', 'forgotten')),
    CONSTRAINT "a person has an id, nobody else has" CHECK ((author_kind = 'person') = (author IS NOT NULL)),
    CONSTRAINT "a time lies after 1970" CHECK (at >= 0),
    CONSTRAINT "a reason has at most 4,000 characters" CHECK (length(reason) <= 4000),
    CONSTRAINT "no such state before" CHECK (before_state IN ('published', 'retracted')),
    CONSTRAINT "no such state after" CHECK (after_state IN ('published', 'retracted')),
    CONSTRAINT "a state and its record stand together" CHECK ((before_state IS NULL) = (before_record IS NULL)),
    CONSTRAINT "a retracted fact is not served" CHECK (action <> 'retract' OR after_state = 'retracted'),
    CONSTRAINT "an added or restored fact is served" CHECK (action NOT IN ('add', 'restore') OR after_state = 'published'),
    CONSTRAINT "a record has at most 1,000,000 characters" CHECK (length(after_record) <= 1000000),
    CONSTRAINT "a record is JSON" CHECK (
        json_valid(after_record) AND coalesce(json_valid(before_record), 1) AND coalesce(json_valid(shipped_record), 1)
    ),
    CONSTRAINT "a fact needs at least one source" CHECK (coalesce(json_array_length(after_record, '$.sources'), 0) > 0)
);

CREATE TRIGGER revision_follows BEFORE INSERT ON revision
WHEN NEW.number <> 1 + (SELECT coalesce(max(number), 0) FROM revision WHERE server = NEW.server AND fact = NEW.fact)
BEGIN
    SELECT RAISE(ABORT, 'a revision follows the one before it');
END;

-- An INSERT OR REPLACE deletes without asking the trigger for deletions.
CREATE TRIGGER revision_is_not_replaced BEFORE INSERT ON revision
WHEN EXISTS (SELECT 1 FROM revision WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM revision WHERE cause = NEW.cause)
BEGIN
    SELECT RAISE(ABORT, 'a revision is never replaced');
END;

CREATE TRIGGER revision_is_not_deleted BEFORE DELETE ON revision
BEGIN
    SELECT RAISE(ABORT, 'a revision is never deleted');
END;

CREATE TRIGGER revision_is_not_changed BEFORE UPDATE ON revision
WHEN NOT (
    OLD.author_kind = 'person' AND NEW.author_kind = 'forgotten' AND NEW.author IS NULL
    AND NEW.id = OLD.id AND NEW.server = OLD.server AND NEW.fact = OLD.fact AND NEW.number = OLD.number
    AND NEW.action = OLD.action AND NEW.at = OLD.at AND NEW.reason = OLD.reason
    AND NEW.cause IS NOT DISTINCT FROM OLD.cause
    AND NEW.before_state IS NOT DISTINCT FROM OLD.before_state AND NEW.before_record IS NOT DISTINCT FROM OLD.before_record
    AND NEW.after_state = OLD.after_state AND NEW.after_record = OLD.after_record
    AND NEW.shipped_record IS NOT DISTINCT FROM OLD.shipped_record
)
BEGIN
    SELECT RAISE(ABORT, 'a revision is never changed, but for an author who is forgotten');
END;

-- Where each fact stands: its last revision.
CREATE TABLE head (
    server BIGINT NOT NULL,
    fact TEXT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (server, fact),
    FOREIGN KEY (server, fact, number) REFERENCES revision (server, fact, number)
);

CREATE TABLE setting (
    server BIGINT PRIMARY KEY,
    body TEXT NOT NULL,
    changed_by BIGINT,
    changed_at BIGINT NOT NULL,
    CONSTRAINT "settings belong to a server" CHECK (server <> 0),
    CONSTRAINT "settings are JSON" CHECK (json_valid(body)),
    CONSTRAINT "settings have at most 100,000 characters" CHECK (length(body) <= 100000)
);

CREATE TABLE draft (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    server BIGINT NOT NULL,
    owner BIGINT NOT NULL,
    body TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    CONSTRAINT "a draft belongs to a server" CHECK (server <> 0),
    CONSTRAINT "a draft has at most 1,000,000 characters" CHECK (length(body) <= 1000000)
);

CREATE INDEX draft_of ON draft (owner);
