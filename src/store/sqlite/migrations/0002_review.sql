-- What waits for a moderator, what had no answer, and what people pick.

CREATE TABLE suggestion (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    server BIGINT NOT NULL,
    kind TEXT NOT NULL,
    fact TEXT NOT NULL,
    proposal TEXT NOT NULL,
    words TEXT,
    proposer BIGINT,
    at BIGINT NOT NULL,
    cause BIGINT UNIQUE,
    channel BIGINT,
    message BIGINT,
    verdict TEXT,
    decided_by BIGINT,
    decided_at BIGINT,
    decision_reason TEXT,
    decision_cause BIGINT,
    revision BIGINT REFERENCES revision (id),
    -- Words are suggested once for a fact, whatever became of it. Words are given for that kind only, and NULL equals nothing.
    UNIQUE (server, fact, words),
    CONSTRAINT "no such kind of suggestion" CHECK (kind IN ('change', 'wrong', 'words')),
    CONSTRAINT "an id of a suggested fact has 1 to 100 characters" CHECK (length(fact) BETWEEN 1 AND 100),
    CONSTRAINT "a proposal is JSON" CHECK (json_valid(proposal)),
    CONSTRAINT "a proposal has at most 1,000,000 characters" CHECK (length(proposal) <= 1000000),
    CONSTRAINT "a proposal is of its kind" CHECK (coalesce(json_extract(proposal, '$.kind'), '') = kind),
    CONSTRAINT "a proposal is about its fact" CHECK (coalesce(json_extract(proposal, '$.fact'), '') = fact),
    CONSTRAINT "words stand for words" CHECK ((kind = 'words') = (words IS NOT NULL)),
    CONSTRAINT "a suggestion is made after 1970" CHECK (at >= 0),
    CONSTRAINT "a message stands in a channel" CHECK ((channel IS NULL) = (message IS NULL)),
    CONSTRAINT "no such verdict" CHECK (verdict IN ('approved', 'rejected')),
    CONSTRAINT "a verdict has a time and a reason" CHECK (
        (verdict IS NULL) = (decided_at IS NULL) AND (verdict IS NULL) = (decision_reason IS NULL)
    ),
    CONSTRAINT "what is open has no decider" CHECK (verdict IS NOT NULL OR (decided_by IS NULL AND decision_cause IS NULL)),
    CONSTRAINT "a decision's reason has at most 4,000 characters" CHECK (length(decision_reason) <= 4000),
    CONSTRAINT "an approved change names its revision" CHECK (kind <> 'change' OR coalesce(verdict, '') <> 'approved' OR revision IS NOT NULL),
    CONSTRAINT "only what is approved has a revision" CHECK (coalesce(verdict, '') = 'approved' OR revision IS NULL)
);

CREATE INDEX suggestion_waiting ON suggestion (server, id) WHERE verdict IS NULL;
CREATE INDEX suggestion_proposer ON suggestion (proposer) WHERE proposer IS NOT NULL;
CREATE INDEX suggestion_revision ON suggestion (revision) WHERE revision IS NOT NULL;

CREATE TRIGGER suggestion_stays_decided BEFORE UPDATE ON suggestion
WHEN OLD.verdict IS NOT NULL AND (
    NEW.verdict IS DISTINCT FROM OLD.verdict OR NEW.decided_at IS DISTINCT FROM OLD.decided_at
    OR NEW.revision IS DISTINCT FROM OLD.revision OR NEW.proposal IS DISTINCT FROM OLD.proposal
)
BEGIN
    SELECT RAISE(ABORT, 'a decision stands');
END;

CREATE TABLE unanswered (
    server BIGINT NOT NULL,
    folded TEXT NOT NULL,
    asked TEXT NOT NULL,
    times BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (server, folded),
    CONSTRAINT "a question was asked" CHECK (times >= 1),
    CONSTRAINT "a question has at most 1,000 characters" CHECK (length(asked) <= 1000)
);

CREATE INDEX unanswered_last ON unanswered (server, last_at);

CREATE TABLE pick (
    server BIGINT NOT NULL,
    fact TEXT NOT NULL,
    folded TEXT NOT NULL,
    words TEXT NOT NULL,
    times BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (server, fact, folded),
    CONSTRAINT "a pick belongs to a server" CHECK (server <> 0),
    CONSTRAINT "a fact was picked" CHECK (times >= 1),
    CONSTRAINT "words have at most 1,000 characters" CHECK (length(words) <= 1000)
);

CREATE INDEX pick_last ON pick (server, last_at);
