-- Ids of which a customer has been told that there is no such transfer. That is believed, and another transfer is made in
-- its place: so it is a decision like the others, and no order is decided under such an id any more.
--
-- Whoever decides about an id of a customer's holds the lock of the customer's account, so that each of the two triggers
-- sees what the other side has committed.
CREATE TABLE retired_keys (
    id         TEXT COLLATE "C" NOT NULL,
    issuer     TEXT COLLATE "C" NOT NULL,
    subject    TEXT COLLATE "C" NOT NULL,
    retired_at BIGINT NOT NULL,
    PRIMARY KEY (id, issuer, subject)
);

CREATE FUNCTION check_retired_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM orders WHERE id = NEW.id AND issuer = NEW.issuer AND subject = NEW.subject) THEN
        RAISE EXCEPTION 'an id that has an order is not retired';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER retired_keys_have_no_order BEFORE INSERT ON retired_keys
FOR EACH ROW EXECUTE FUNCTION check_retired_key();

CREATE FUNCTION check_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM retired_keys WHERE id = NEW.id AND issuer = NEW.issuer AND subject = NEW.subject) THEN
        RAISE EXCEPTION 'an id that is retired has no order';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER orders_have_no_retired_key BEFORE INSERT ON orders
FOR EACH ROW EXECUTE FUNCTION check_order();

CREATE TRIGGER retired_keys_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON retired_keys
EXECUTE FUNCTION refuse_change();

-- What is written to find out whether the books can be written.
CREATE TABLE probes (
    id        BIGINT PRIMARY KEY CHECK (id = 1),
    probed_at BIGINT NOT NULL
);
