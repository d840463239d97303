-- What operating the service takes: the audit trail, the guard against a restored database, who is logged in to the console, which
-- nodes are alive, and figures that are too dear to count anew.

-- +goose Up
CREATE TABLE ghexport.audit (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor     text NOT NULL,
    action    text NOT NULL,
    org_id    text,
    export_id bigint,
    reason    text,
    detail    jsonb NOT NULL DEFAULT '{}',
    origin    text
);
CREATE INDEX audit_by_export ON ghexport.audit (export_id, id) WHERE export_id IS NOT NULL;
CREATE INDEX audit_by_org ON ghexport.audit (org_id, id) WHERE org_id IS NOT NULL;
CREATE INDEX audit_by_actor ON ghexport.audit (actor, id);
CREATE INDEX audit_by_action ON ghexport.audit (action, id);
CREATE INDEX audit_by_at ON ghexport.audit USING brin (at);
CREATE INDEX audit_by_run ON ghexport.audit ((detail ->> 'run'), id) WHERE detail ? 'run' AND export_id IS NULL;
COMMENT ON TABLE ghexport.audit IS 'What people did, append-only: the service''s role may neither change nor delete a row.';
COMMENT ON COLUMN ghexport.audit.id IS 'Order.';
COMMENT ON COLUMN ghexport.audit.at IS 'When.';
COMMENT ON COLUMN ghexport.audit.actor IS 'Who: --as, GHEXPORT_ACTOR, the system user, or the console''s login.';
COMMENT ON COLUMN ghexport.audit.action IS 'What, as the command names it.';
COMMENT ON COLUMN ghexport.audit.org_id IS 'The company it touched, if one.';
COMMENT ON COLUMN ghexport.audit.export_id IS 'The export it touched, if one.';
COMMENT ON COLUMN ghexport.audit.reason IS 'Why, in the actor''s words.';
COMMENT ON COLUMN ghexport.audit.detail IS 'Before and after; keys as their last five characters only.';
COMMENT ON COLUMN ghexport.audit.origin IS
    'Where it was done from: the client''s address for the console, host/user for a command, "service" for what the service itself does. Null in rows of older binaries.';

-- +goose StatementBegin
CREATE FUNCTION ghexport.guard(synchronous_standby boolean) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    known  ghexport.control;
    system text;
    line   text;
BEGIN
    SELECT system_identifier::text INTO system FROM pg_control_system();
    -- pg_control_checkpoint() lags a promotion by seconds; this does not.
    line := substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8);
    SELECT * INTO known FROM ghexport.control;
    IF known.system_identifier = system AND known.timeline = line THEN
        RETURN 'same';
    END IF;
    SELECT * INTO known FROM ghexport.control FOR NO KEY UPDATE;
    IF known.system_identifier = system AND known.timeline = line THEN
        RETURN 'same';
    ELSIF known.system_identifier IS NULL THEN
        UPDATE ghexport.control SET system_identifier = system, timeline = line;
        RETURN 'first';
    ELSIF known.system_identifier = system AND synchronous_standby THEN
        UPDATE ghexport.control SET timeline = line;
        INSERT INTO ghexport.audit (actor, action, reason, detail)
        VALUES ('ghexport', 'follow a promotion', 'the standby is synchronous, so it has every commit',
                jsonb_build_object('before', known.timeline, 'after', line));
        RETURN 'promoted';
    ELSIF known.stopped_at IS NULL THEN
        UPDATE ghexport.control
           SET stopped_at = clock_timestamp(), stopped_by = 'ghexport', stopped_reason =
               CASE WHEN known.system_identifier = system THEN 'the database is on another timeline: a standby was promoted, or a backup restored'
                    ELSE 'the database is another cluster: a backup was restored, or it moved' END || '; what was sent may be missing from the ledger';
        INSERT INTO ghexport.audit (actor, action, reason, detail)
        SELECT 'ghexport', 'pause --all', c.stopped_reason,
               jsonb_build_object('before', known.system_identifier || '/' || known.timeline, 'after', system || '/' || line)
          FROM ghexport.control c;
    END IF;
    RETURN 'stopped';
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.guard(boolean) IS
    'Compares the cluster with the one remembered, and stops all sending where they differ. Returns same, first, promoted or stopped.';
REVOKE EXECUTE ON FUNCTION ghexport.guard(boolean) FROM PUBLIC;

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

CREATE TABLE ghexport.nodes (
    id         uuid PRIMARY KEY,
    host       text NOT NULL,
    version    text NOT NULL,
    sends      boolean NOT NULL,
    console    boolean NOT NULL,
    trouble    text,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    keys       bigint[]
);
COMMENT ON TABLE ghexport.nodes IS 'Every process of `serve` that lives, or did within the last day. Nothing is decided by it: it tells people who is there. A node that ends in order takes its row away.';
COMMENT ON COLUMN ghexport.nodes.id IS 'Drawn when the process starts.';
COMMENT ON COLUMN ghexport.nodes.host IS 'The machine''s or container''s name.';
COMMENT ON COLUMN ghexport.nodes.version IS 'Of its binary.';
COMMENT ON COLUMN ghexport.nodes.sends IS 'It takes jobs: neither --no-workers nor --no-send.';
COMMENT ON COLUMN ghexport.nodes.console IS 'It serves the console.';
COMMENT ON COLUMN ghexport.nodes.trouble IS 'Why it is not ready, as /readyz says; null when it is.';
COMMENT ON COLUMN ghexport.nodes.started_at IS 'When it first said that it is there.';
COMMENT ON COLUMN ghexport.nodes.seen_at IS 'When it last did; it does every 15 s.';
COMMENT ON COLUMN ghexport.nodes.keys IS 'Ids of the keys in its keyset, which are no secret; null for a binary that does not say.';

CREATE TABLE ghexport.attempt_slices (
    began_at  timestamptz NOT NULL,
    outcome   text NOT NULL,
    cause     text NOT NULL,
    wait_step smallint NOT NULL,
    attempts  bigint NOT NULL,
    PRIMARY KEY (began_at, outcome, cause, wait_step)
);
COMMENT ON TABLE ghexport.attempt_slices IS 'Attempts summed up by five minutes, each slice once it is over, so that charts of a day never read the attempts of a day. What was said in a slice stays, whatever a late answer says afterwards. Kept for eight days.';
COMMENT ON COLUMN ghexport.attempt_slices.began_at IS 'When the slice began.';
COMMENT ON COLUMN ghexport.attempt_slices.outcome IS 'As in attempts; empty in the one row of each slice that says that it has been summed up.';
COMMENT ON COLUMN ghexport.attempt_slices.cause IS 'As in attempts; empty for null.';
COMMENT ON COLUMN ghexport.attempt_slices.wait_step IS 'Of what was sent: how long after its commit, as the power of 1.2 of 10 ms that it did not exceed; else 0.';
COMMENT ON COLUMN ghexport.attempt_slices.attempts IS 'How many.';

CREATE TABLE ghexport.state_counts (
    state      text PRIMARY KEY,
    exports    bigint NOT NULL,
    counted_at timestamptz NOT NULL,
    took       interval NOT NULL
);
COMMENT ON TABLE ghexport.state_counts IS 'How many exports there were of each state when somebody last read the whole ledger to count them, for all nodes. Empty until then.';
COMMENT ON COLUMN ghexport.state_counts.state IS 'As in exports.';
COMMENT ON COLUMN ghexport.state_counts.exports IS 'How many.';
COMMENT ON COLUMN ghexport.state_counts.counted_at IS 'When.';
COMMENT ON COLUMN ghexport.state_counts.took IS 'How long counting took; it is done again after a hundred times that.';

-- +goose Down
DROP TABLE ghexport.state_counts, ghexport.attempt_slices, ghexport.nodes, ghexport.console_links, ghexport.console_sessions;
DROP FUNCTION ghexport.guard(boolean);
DROP TABLE ghexport.audit;
