-- Who is logged in to the console, and which links into it were opened. In the database because several nodes answer at one address,
-- and because a restart logs nobody out. Additive: older binaries go on working.

-- +goose Up
CREATE TABLE ghexport.console_sessions (
    digest    bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    name      text NOT NULL,
    role      text NOT NULL CHECK (role IN ('viewer', 'oncall', 'admin', 'company')),
    org_id    text CHECK ((org_id IS NOT NULL) = (role = 'company')),
    source    bytea NOT NULL,
    began_at  timestamptz NOT NULL,
    seen_at   timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL
);
CREATE INDEX console_sessions_by_end ON ghexport.console_sessions (ends_at);
CREATE INDEX console_sessions_by_name ON ghexport.console_sessions (name, seen_at);
COMMENT ON TABLE ghexport.console_sessions IS 'People who are logged in to the console. A row that is deleted is a session that has ended, on every node.';
COMMENT ON COLUMN ghexport.console_sessions.digest IS 'SHA-256 of the secret in the browser''s cookie: who reads this table cannot use it.';
COMMENT ON COLUMN ghexport.console_sessions.name IS 'Who it is: a console user''s name, what single sign-on calls them, or a company''s admin as the product calls them.';
COMMENT ON COLUMN ghexport.console_sessions.role IS 'viewer, oncall or admin of ours, or company: an admin of the one company org_id.';
COMMENT ON COLUMN ghexport.console_sessions.org_id IS 'The only company that the role company sees; null for ours.';
COMMENT ON COLUMN ghexport.console_sessions.source IS 'Digest of the setting that let them in. A node whose setting is another one does not know the session: changing a password, or a secret, ends what it opened.';
COMMENT ON COLUMN ghexport.console_sessions.began_at IS 'When they logged in.';
COMMENT ON COLUMN ghexport.console_sessions.seen_at IS 'Their last request, to the minute.';
COMMENT ON COLUMN ghexport.console_sessions.ends_at IS 'When it ends at the latest; it ends sooner when it is not used.';

CREATE TABLE ghexport.console_links (
    digest     bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    org_id     text NOT NULL,
    opened_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX console_links_by_expiry ON ghexport.console_links (expires_at);
COMMENT ON TABLE ghexport.console_links IS 'Links of companies'' admins that were opened, so that each opens once. A row goes once its link has expired.';
COMMENT ON COLUMN ghexport.console_links.digest IS 'SHA-256 of what the link''s signature covers.';
COMMENT ON COLUMN ghexport.console_links.org_id IS 'The company that it opened.';
COMMENT ON COLUMN ghexport.console_links.opened_at IS 'When.';
COMMENT ON COLUMN ghexport.console_links.expires_at IS 'Until when it would have opened.';

-- +goose Down
DROP TABLE ghexport.console_links;
DROP TABLE ghexport.console_sessions;
