-- The payee's name that the customer confirmed, and what the bank had answered about it. Both or neither: an API without
-- the name check is paid without a name.
ALTER TABLE transfers
    ADD COLUMN payee_name TEXT COLLATE "C",
    ADD COLUMN name_check TEXT COLLATE "C" CHECK (
        (payee_name IS NULL) = (name_check IS NULL) AND name_check IN ('match', 'close-match', 'no-match', 'not-possible'));
