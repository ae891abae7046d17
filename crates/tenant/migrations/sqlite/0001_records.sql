-- What a tenant remembers across restarts. It works in its memory; here is a copy of it, one row for each thing: a
-- session, a paired phone. The program knows what a kind is and what its JSON means.
CREATE TABLE records (
    kind  TEXT NOT NULL,
    key   TEXT NOT NULL,
    value TEXT NOT NULL CHECK (json_valid(value)),
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
