-- Whom customers pay again: the one table that is not part of the books, so its rows may be changed and deleted.
CREATE TABLE payees (
    issuer   TEXT NOT NULL,
    subject  TEXT NOT NULL,
    iban     TEXT NOT NULL,
    name     TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject, iban)
) STRICT, WITHOUT ROWID;
