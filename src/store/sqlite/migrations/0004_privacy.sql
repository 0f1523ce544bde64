-- People told apart without being named, and questions that can go once nobody needs them.

-- A secret of this store, under which ids are hashed. It is made once, when the store is.
CREATE TABLE salt (
    one BIGINT PRIMARY KEY,
    salt TEXT NOT NULL,
    CONSTRAINT "a store has one salt" CHECK (one = 1),
    CONSTRAINT "a salt has 64 digits" CHECK (length(salt) = 64)
);

INSERT INTO salt (one, salt) VALUES (1, lower(hex(randomblob(32))));

-- Who asked a question that had no answer.
CREATE TABLE asker (
    server BIGINT NOT NULL,
    folded TEXT NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (server, folded, who),
    FOREIGN KEY (server, folded) REFERENCES unanswered (server, folded) ON DELETE CASCADE,
    CONSTRAINT "an asker is a hash" CHECK (length(who) = 32)
);

CREATE INDEX asker_who ON asker (who);

-- Who picked a fact for their words.
CREATE TABLE picker (
    server BIGINT NOT NULL,
    fact TEXT NOT NULL,
    folded TEXT NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (server, fact, folded, who),
    FOREIGN KEY (server, fact, folded) REFERENCES pick (server, fact, folded) ON DELETE CASCADE,
    CONSTRAINT "a picker is a hash" CHECK (length(who) = 32)
);

CREATE INDEX picker_who ON picker (who);

-- A decision stands. What somebody had asked may be taken out of what was decided, and nothing else.
DROP TRIGGER suggestion_stays_decided;

CREATE TRIGGER suggestion_stays_decided BEFORE UPDATE ON suggestion
WHEN OLD.verdict IS NOT NULL AND (
    NEW.verdict IS DISTINCT FROM OLD.verdict OR NEW.decided_at IS DISTINCT FROM OLD.decided_at
    OR NEW.revision IS DISTINCT FROM OLD.revision
    OR (NEW.proposal IS DISTINCT FROM OLD.proposal
        AND NOT (OLD.kind = 'wrong' AND NEW.proposal = json_set(OLD.proposal, '$.question', NULL)))
)
BEGIN
    SELECT RAISE(ABORT, 'a decision stands');
END;

CREATE TRIGGER suggestion_is_not_deleted BEFORE DELETE ON suggestion
WHEN OLD.kind <> 'words' OR OLD.verdict IS 'approved'
BEGIN
    SELECT RAISE(ABORT, 'only words that nobody took into a fact are deleted');
END;
