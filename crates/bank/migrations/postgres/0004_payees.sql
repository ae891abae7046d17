-- Whom customers pay again: the one table that is not part of the books, so its rows may be changed and deleted.
CREATE TABLE payees (
    issuer   TEXT COLLATE "C" NOT NULL,
    subject  TEXT COLLATE "C" NOT NULL,
    iban     TEXT COLLATE "C" NOT NULL,
    name     TEXT COLLATE "C" NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject, iban)
);
