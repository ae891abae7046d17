-- Ids of which a customer has been told that there is no such transfer. That is believed, and another transfer is made in
-- its place: so it is a decision like the others, and no order is decided under such an id any more.
CREATE TABLE retired_keys (
    id         TEXT NOT NULL,
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    retired_at INTEGER NOT NULL,
    PRIMARY KEY (id, issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER retired_keys_have_no_order BEFORE INSERT ON retired_keys
WHEN EXISTS (SELECT 1 FROM orders WHERE id = NEW.id AND issuer = NEW.issuer AND subject = NEW.subject)
BEGIN SELECT RAISE(ABORT, 'an id that has an order is not retired'); END;
CREATE TRIGGER orders_have_no_retired_key BEFORE INSERT ON orders
WHEN EXISTS (SELECT 1 FROM retired_keys WHERE id = NEW.id AND issuer = NEW.issuer AND subject = NEW.subject)
BEGIN SELECT RAISE(ABORT, 'an id that is retired has no order'); END;
CREATE TRIGGER retired_keys_are_not_changed BEFORE UPDATE ON retired_keys
BEGIN SELECT RAISE(ABORT, 'retired keys are not changed'); END;
CREATE TRIGGER retired_keys_are_not_deleted BEFORE DELETE ON retired_keys
BEGIN SELECT RAISE(ABORT, 'retired keys are not deleted'); END;

-- What is written to find out whether the books can be written.
CREATE TABLE probes (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    probed_at INTEGER NOT NULL
) STRICT;
