-- What several processes share, and whether a copy into this store has ended.

-- Who may do what one process alone may do. Times are milliseconds since 1970.
CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL,
    CONSTRAINT "a lease has a name of at most 200 characters" CHECK (length(name) BETWEEN 1 AND 200),
    CONSTRAINT "a holder has a name of at most 200 characters" CHECK (length(holder) BETWEEN 1 AND 200)
);

-- A row here says that a copy was begun and has not ended.
CREATE TABLE copying (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    since BIGINT NOT NULL
);

-- What is counted by is kept short enough to be a key in every engine; from now on it is cut.
DELETE FROM unanswered WHERE length(CAST(folded AS BLOB)) > 2000;
DELETE FROM pick WHERE length(CAST(folded AS BLOB)) > 2000;
