-- How far the books have been found to be sound: up to this booking. What comes after it is looked at when a bank opens.
CREATE TABLE audits (booking_id INTEGER PRIMARY KEY REFERENCES bookings (id)) STRICT;

CREATE TRIGGER audits_are_not_changed BEFORE UPDATE ON audits
BEGIN SELECT RAISE(ABORT, 'audits are not changed'); END;
CREATE TRIGGER audits_are_not_deleted BEFORE DELETE ON audits
BEGIN SELECT RAISE(ABORT, 'audits are not deleted'); END;
