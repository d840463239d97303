-- Where things were done from, and what companies and we are told by mail and webhook. Additive: older binaries go on working.

-- +goose Up
ALTER TABLE ghexport.audit ADD COLUMN origin text;
COMMENT ON COLUMN ghexport.audit.origin IS
    'Where it was done from: the client''s address for the console, host/user for a command, "service" for what the service itself does. Null in rows of older binaries.';

-- +goose Down
ALTER TABLE ghexport.audit DROP COLUMN origin;
