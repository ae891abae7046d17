-- The books of the bank. Everything here is append-only: a balance is not a number that is changed but the last link of
-- a chain of postings, and the database itself refuses what would break the books, whoever asks.
--
-- Amounts are integer minor units (cents). 9007199254740991 is 2^53 - 1: a browser cannot hold more without rounding.
-- Times are Unix seconds.

CREATE TABLE accounts (
    id       INTEGER PRIMARY KEY,
    kind     TEXT NOT NULL CHECK (kind IN ('customer', 'equity')),
    iban     TEXT UNIQUE,
    holder   TEXT NOT NULL,
    currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
    CHECK ((kind = 'equity') = (iban IS NULL))
) STRICT;

-- Opening balances come from somewhere too: one equity account a currency is their other side, and the only account
-- that may be below zero.
CREATE UNIQUE INDEX one_equity_account_per_currency ON accounts (currency) WHERE kind = 'equity';

-- Who may use which account. A subject means something only together with its issuer.
CREATE TABLE account_access (
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;

-- One movement of money between two accounts. Its two postings are made by the trigger below, never by hand, so that a
-- booking without both of them cannot exist.
CREATE TABLE bookings (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         TEXT NOT NULL CHECK (kind IN ('opening', 'transfer')),
    from_account INTEGER NOT NULL REFERENCES accounts (id),
    to_account   INTEGER NOT NULL REFERENCES accounts (id),
    amount       INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
    currency     TEXT NOT NULL,
    booked_at    INTEGER NOT NULL,
    CHECK (from_account <> to_account)
) STRICT;

CREATE TABLE postings (
    booking_id    INTEGER NOT NULL REFERENCES bookings (id),
    account_id    INTEGER NOT NULL REFERENCES accounts (id),
    amount        INTEGER NOT NULL CHECK (amount <> 0),
    balance_after INTEGER NOT NULL CHECK (balance_after BETWEEN -9007199254740991 AND 9007199254740991),
    PRIMARY KEY (account_id, booking_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX postings_of_a_booking ON postings (booking_id);

CREATE TRIGGER bookings_keep_to_one_currency BEFORE INSERT ON bookings
WHEN 2 <> (SELECT count(*) FROM accounts WHERE id IN (NEW.from_account, NEW.to_account) AND currency = NEW.currency)
BEGIN SELECT RAISE(ABORT, 'a booking is in the one currency of both its accounts'); END;

CREATE TRIGGER bookings_make_their_postings AFTER INSERT ON bookings
BEGIN
    INSERT INTO postings (booking_id, account_id, amount, balance_after)
    VALUES (NEW.id, NEW.from_account, -NEW.amount, -NEW.amount + coalesce(
        (SELECT balance_after FROM postings WHERE account_id = NEW.from_account ORDER BY booking_id DESC LIMIT 1), 0));
    INSERT INTO postings (booking_id, account_id, amount, balance_after)
    VALUES (NEW.id, NEW.to_account, NEW.amount, NEW.amount + coalesce(
        (SELECT balance_after FROM postings WHERE account_id = NEW.to_account ORDER BY booking_id DESC LIMIT 1), 0));
END;

CREATE TRIGGER postings_are_sound BEFORE INSERT ON postings
BEGIN
    SELECT RAISE(ABORT, 'a posting is one of the two sides of its booking') WHERE NOT EXISTS (
        SELECT 1 FROM bookings WHERE id = NEW.booking_id AND ((from_account = NEW.account_id AND amount = -NEW.amount)
            OR (to_account = NEW.account_id AND amount = NEW.amount)));
    SELECT RAISE(ABORT, 'a posting comes after those that its account has')
        WHERE EXISTS (SELECT 1 FROM postings WHERE account_id = NEW.account_id AND booking_id >= NEW.booking_id);
    SELECT RAISE(ABORT, 'a posting continues the balance of its account')
        WHERE NEW.balance_after <> NEW.amount + coalesce((SELECT balance_after FROM postings
            WHERE account_id = NEW.account_id ORDER BY booking_id DESC LIMIT 1), 0);
    SELECT RAISE(ABORT, 'a customer account is never below zero')
        WHERE NEW.balance_after < 0 AND (SELECT kind FROM accounts WHERE id = NEW.account_id) <> 'equity';
END;

-- What customers call a transfer: the booking and the words that go with it. The id is the one the client chose.
CREATE TABLE transfers (
    id         TEXT PRIMARY KEY,
    booking_id INTEGER NOT NULL UNIQUE REFERENCES bookings (id),
    reference  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Every order that was decided, under the client's id: the answer that a repeated request gets again. `refusal` is the
-- refusal as JSON; without one the order was carried out and is in `transfers`.
CREATE TABLE orders (
    id         TEXT PRIMARY KEY,
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    content    TEXT NOT NULL,
    refusal    TEXT,
    decided_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Every access token that has decided an order. Kept for good: a row is what makes a single-use token single-use.
CREATE TABLE spent_tokens (
    issuer   TEXT NOT NULL,
    jti      TEXT NOT NULL,
    order_id TEXT NOT NULL REFERENCES orders (id),
    PRIMARY KEY (issuer, jti)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER accounts_are_not_changed BEFORE UPDATE ON accounts
BEGIN SELECT RAISE(ABORT, 'accounts are not changed'); END;
CREATE TRIGGER accounts_are_not_deleted BEFORE DELETE ON accounts
BEGIN SELECT RAISE(ABORT, 'accounts are not deleted'); END;
CREATE TRIGGER bookings_are_not_changed BEFORE UPDATE ON bookings
BEGIN SELECT RAISE(ABORT, 'bookings are not changed'); END;
CREATE TRIGGER bookings_are_not_deleted BEFORE DELETE ON bookings
BEGIN SELECT RAISE(ABORT, 'bookings are not deleted'); END;
CREATE TRIGGER postings_are_not_changed BEFORE UPDATE ON postings
BEGIN SELECT RAISE(ABORT, 'postings are not changed'); END;
CREATE TRIGGER postings_are_not_deleted BEFORE DELETE ON postings
BEGIN SELECT RAISE(ABORT, 'postings are not deleted'); END;
CREATE TRIGGER transfers_are_not_changed BEFORE UPDATE ON transfers
BEGIN SELECT RAISE(ABORT, 'transfers are not changed'); END;
CREATE TRIGGER transfers_are_not_deleted BEFORE DELETE ON transfers
BEGIN SELECT RAISE(ABORT, 'transfers are not deleted'); END;
CREATE TRIGGER orders_are_not_changed BEFORE UPDATE ON orders
BEGIN SELECT RAISE(ABORT, 'orders are not changed'); END;
CREATE TRIGGER orders_are_not_deleted BEFORE DELETE ON orders
BEGIN SELECT RAISE(ABORT, 'orders are not deleted'); END;
CREATE TRIGGER spent_tokens_are_not_changed BEFORE UPDATE ON spent_tokens
BEGIN SELECT RAISE(ABORT, 'spent tokens are not changed'); END;
CREATE TRIGGER spent_tokens_are_not_deleted BEFORE DELETE ON spent_tokens
BEGIN SELECT RAISE(ABORT, 'spent tokens are not deleted'); END;
