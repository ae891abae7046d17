-- How far the books have been found to be sound: up to this booking. What comes after it is looked at when a bank opens.
CREATE TABLE audits (booking_id BIGINT PRIMARY KEY REFERENCES bookings (id));

CREATE TRIGGER audits_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audits EXECUTE FUNCTION refuse_change();
