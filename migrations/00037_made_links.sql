-- Links into the console that were made here, so that they can be listed, and ended before somebody opens them. An older binary makes
-- links that are not listed; that one was ended it knows, since an ended link counts as opened.

-- +goose Up
CREATE TABLE ghexport.made_links (
    digest     bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    org_id     text NOT NULL,
    who        text NOT NULL,
    made_by    text NOT NULL,
    made_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX made_links_by_expiry ON ghexport.made_links (expires_at);
COMMENT ON TABLE ghexport.made_links IS 'Links for companies'' admins that the console or the command made and that nobody has opened. A row goes when its link is opened, ended or has expired. Links that the product makes by itself are not known before they are opened.';
COMMENT ON COLUMN ghexport.made_links.digest IS 'SHA-256 of what the link''s signature covers: who reads this table cannot use it.';
COMMENT ON COLUMN ghexport.made_links.org_id IS 'The company that it opens.';
COMMENT ON COLUMN ghexport.made_links.who IS 'For whom it was made.';
COMMENT ON COLUMN ghexport.made_links.made_by IS 'Who made it.';
COMMENT ON COLUMN ghexport.made_links.made_at IS 'When.';
COMMENT ON COLUMN ghexport.made_links.expires_at IS 'Until when it opens.';
COMMENT ON TABLE ghexport.console_links IS 'Links of companies'' admins that were opened, so that each opens once, and those that were ended before, so that none opens. A row goes once its link has expired.';
COMMENT ON COLUMN ghexport.console_links.opened_at IS 'When it was opened, or ended.';

-- +goose Down
DROP TABLE ghexport.made_links;
COMMENT ON TABLE ghexport.console_links IS 'Links of companies'' admins that were opened, so that each opens once. A row goes once its link has expired.';
COMMENT ON COLUMN ghexport.console_links.opened_at IS 'When.';
