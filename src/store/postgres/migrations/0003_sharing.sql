-- What several processes share, and whether a copy into this store has ended.

-- Who may do what one process alone may do. Times are milliseconds since 1970.
CREATE TABLE lease (
    name TEXT COLLATE "C" PRIMARY KEY,
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

-- Who listens hears of every revision as soon as it is kept, whoever wrote it.
CREATE FUNCTION revision_is_told() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('sanad_changed', '');
    RETURN NULL;
END
$$;

CREATE TRIGGER revision_is_told AFTER INSERT ON revision FOR EACH STATEMENT EXECUTE FUNCTION revision_is_told();
