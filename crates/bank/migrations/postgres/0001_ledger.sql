-- The books of the bank in PostgreSQL: the same tables and the same rules as in SQLite (../sqlite), where the reasons
-- for them are told. What differs: here many transactions write at the same time, so the triggers also say who waits for
-- whom. Everything that reads an account's balance in order to change it holds a lock on the account's row first, and
-- locks several of them in the order of their ids. The lock is NO KEY UPDATE, which foreign keys do not wait for.

CREATE TABLE accounts (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind     TEXT NOT NULL CHECK (kind IN ('customer', 'equity')),
    iban     TEXT COLLATE "C" UNIQUE,
    holder   TEXT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    CHECK ((kind = 'equity') = (iban IS NULL))
);

CREATE UNIQUE INDEX one_equity_account_per_currency ON accounts (currency) WHERE kind = 'equity';

CREATE TABLE account_access (
    issuer     TEXT COLLATE "C" NOT NULL,
    subject    TEXT COLLATE "C" NOT NULL,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (issuer, subject)
);

-- `id` has no default: the trigger numbers a booking once it has the locks, so that the numbers of an account's bookings
-- rise in the order in which they are committed.
CREATE TABLE bookings (
    id           BIGINT PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('opening', 'transfer')),
    from_account BIGINT NOT NULL REFERENCES accounts (id),
    to_account   BIGINT NOT NULL REFERENCES accounts (id),
    amount       BIGINT NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
    currency     TEXT COLLATE "C" NOT NULL,
    booked_at    BIGINT NOT NULL,
    CHECK (from_account <> to_account)
);

CREATE SEQUENCE booking_numbers OWNED BY bookings.id;

CREATE TABLE postings (
    booking_id    BIGINT NOT NULL REFERENCES bookings (id),
    account_id    BIGINT NOT NULL REFERENCES accounts (id),
    amount        BIGINT NOT NULL CHECK (amount <> 0),
    balance_after BIGINT NOT NULL CHECK (balance_after BETWEEN -9007199254740991 AND 9007199254740991),
    PRIMARY KEY (account_id, booking_id)
);

CREATE INDEX postings_of_a_booking ON postings (booking_id);

CREATE FUNCTION balance_of(account BIGINT) RETURNS BIGINT LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT balance_after FROM postings WHERE account_id = account ORDER BY booking_id DESC LIMIT 1), 0);
$$;

CREATE FUNCTION number_booking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- With a snapshot from before the lock, the balance would be one that somebody else has continued since.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'a booking is made at the isolation level READ COMMITTED, which its locks are for';
    END IF;
    PERFORM 1 FROM accounts WHERE id IN (NEW.from_account, NEW.to_account) ORDER BY id FOR NO KEY UPDATE;
    IF 2 <> (SELECT count(*) FROM accounts
             WHERE id IN (NEW.from_account, NEW.to_account) AND currency = NEW.currency) THEN
        RAISE EXCEPTION 'a booking is in the one currency of both its accounts';
    END IF;
    NEW.id := nextval('booking_numbers');
    RETURN NEW;
END $$;
CREATE TRIGGER bookings_are_numbered_and_keep_to_one_currency BEFORE INSERT ON bookings
FOR EACH ROW EXECUTE FUNCTION number_booking();

-- Each reads the balance in a query of its own: what another transaction has committed while this one waited is seen.
CREATE FUNCTION make_postings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO postings (booking_id, account_id, amount, balance_after)
    VALUES (NEW.id, NEW.from_account, -NEW.amount, -NEW.amount + balance_of(NEW.from_account)),
           (NEW.id, NEW.to_account, NEW.amount, NEW.amount + balance_of(NEW.to_account));
    RETURN NULL;
END $$;
CREATE TRIGGER bookings_make_their_postings AFTER INSERT ON bookings
FOR EACH ROW EXECUTE FUNCTION make_postings();

CREATE FUNCTION check_posting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last_booking BIGINT;
    balance BIGINT;
    kind_of_account TEXT;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM bookings WHERE id = NEW.booking_id
                   AND ((from_account = NEW.account_id AND amount = -NEW.amount)
                     OR (to_account = NEW.account_id AND amount = NEW.amount))) THEN
        RAISE EXCEPTION 'a posting is one of the two sides of its booking';
    END IF;
    SELECT kind INTO kind_of_account FROM accounts WHERE id = NEW.account_id FOR NO KEY UPDATE;
    SELECT booking_id, balance_after INTO last_booking, balance FROM postings
    WHERE account_id = NEW.account_id ORDER BY booking_id DESC LIMIT 1;
    IF last_booking >= NEW.booking_id THEN
        RAISE EXCEPTION 'a posting comes after those that its account has';
    END IF;
    IF NEW.balance_after <> NEW.amount + coalesce(balance, 0) THEN
        RAISE EXCEPTION 'a posting continues the balance of its account';
    END IF;
    IF NEW.balance_after < 0 AND kind_of_account <> 'equity' THEN
        RAISE EXCEPTION 'a customer account is never below zero';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER postings_are_sound BEFORE INSERT ON postings
FOR EACH ROW EXECUTE FUNCTION check_posting();

CREATE TABLE transfers (
    id         TEXT COLLATE "C" PRIMARY KEY,
    booking_id BIGINT NOT NULL UNIQUE REFERENCES bookings (id),
    reference  TEXT NOT NULL
);

CREATE TABLE orders (
    id         TEXT COLLATE "C" PRIMARY KEY,
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    content    TEXT NOT NULL,
    refusal    TEXT,
    decided_at BIGINT NOT NULL
);

CREATE TABLE spent_tokens (
    issuer   TEXT COLLATE "C" NOT NULL,
    jti      TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL REFERENCES orders (id),
    PRIMARY KEY (issuer, jti)
);

-- TRUNCATE is a way to delete that no trigger for rows sees; so these are for whole statements.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% are not %', replace(TG_TABLE_NAME, '_', ' '),
        CASE TG_OP WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END;
END $$;
CREATE TRIGGER accounts_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON accounts EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bookings_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON bookings EXECUTE FUNCTION refuse_change();
CREATE TRIGGER postings_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON postings EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfers_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON transfers EXECUTE FUNCTION refuse_change();
CREATE TRIGGER orders_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON orders EXECUTE FUNCTION refuse_change();
CREATE TRIGGER spent_tokens_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON spent_tokens
EXECUTE FUNCTION refuse_change();
