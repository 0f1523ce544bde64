-- People told apart without being named, and questions that can go once nobody needs them.

-- A secret of this store, under which ids are hashed. It is made once, when the store is. What is random in an id comes from the
-- server's strong source; each has 122 bits of it.
CREATE TABLE salt (
    one BIGINT PRIMARY KEY,
    salt TEXT NOT NULL,
    CONSTRAINT "a store has one salt" CHECK (one = 1),
    CONSTRAINT "a salt has 64 digits" CHECK (length(salt) = 64)
);

INSERT INTO salt (one, salt) VALUES (1, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''));

-- Who asked a question that had no answer.
CREATE TABLE asker (
    server BIGINT NOT NULL,
    folded TEXT COLLATE "C" NOT NULL,
    who TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (server, folded, who),
    FOREIGN KEY (server, folded) REFERENCES unanswered (server, folded) ON DELETE CASCADE,
    CONSTRAINT "an asker is a hash" CHECK (length(who) = 32)
);

CREATE INDEX asker_who ON asker (who);

-- Who picked a fact for their words.
CREATE TABLE picker (
    server BIGINT NOT NULL,
    fact TEXT COLLATE "C" NOT NULL,
    folded TEXT COLLATE "C" NOT NULL,
    who TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (server, fact, folded, who),
    FOREIGN KEY (server, fact, folded) REFERENCES pick (server, fact, folded) ON DELETE CASCADE,
    CONSTRAINT "a picker is a hash" CHECK (length(who) = 32)
);

CREATE INDEX picker_who ON picker (who);

-- A decision stands. What somebody had asked may be taken out of what was decided, and nothing else.
CREATE OR REPLACE FUNCTION suggestion_stays_decided() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.verdict IS NOT NULL AND (
        NEW.verdict IS DISTINCT FROM OLD.verdict OR NEW.decided_at IS DISTINCT FROM OLD.decided_at
        OR NEW.revision IS DISTINCT FROM OLD.revision
        OR (NEW.proposal IS DISTINCT FROM OLD.proposal
            AND NOT (OLD.kind = 'wrong' AND NEW.proposal = jsonb_set(OLD.proposal::jsonb, '{question}', 'null')::text))
    ) THEN
        RAISE EXCEPTION 'a decision stands' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION suggestion_is_not_deleted() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.kind <> 'words' OR OLD.verdict IS NOT DISTINCT FROM 'approved' THEN
        RAISE EXCEPTION 'only words that nobody took into a fact are deleted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END
$$;

CREATE TRIGGER suggestion_is_not_deleted BEFORE DELETE ON suggestion FOR EACH ROW EXECUTE FUNCTION suggestion_is_not_deleted();
