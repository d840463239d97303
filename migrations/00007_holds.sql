-- The history of holds and of looks at a company's credential. Additive: older binaries go on working, and the trigger writes down
-- what they hold and release, too.

-- +goose Up
ALTER TABLE ghexport.integrations
    ADD COLUMN refused  integer NOT NULL DEFAULT 0,
    ADD COLUMN check_at timestamptz NOT NULL DEFAULT clock_timestamp() + random() * interval '1 day';
CREATE INDEX integrations_check ON ghexport.integrations (check_at);
COMMENT ON COLUMN ghexport.integrations.refused IS 'Exports that Greenhouse refused in the present hold, or in the last one.';
COMMENT ON COLUMN ghexport.integrations.check_at IS 'When to look next whether Greenhouse still accepts a credential that is not held: once a day.';

CREATE TABLE ghexport.holds (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id             text NOT NULL,
    cause              text NOT NULL CHECK (cause IN ('auth.rejected', 'permission.denied', 'decrypt.failed')),
    detail             text,
    credential_version bigint NOT NULL,
    key_last5          text,
    created_by         text,
    good_until         timestamptz,
    since              timestamptz NOT NULL,
    until              timestamptz,
    ended              text CHECK (ended IN ('accepted', 'replaced')),
    refused            integer NOT NULL DEFAULT 0,
    probes             integer NOT NULL DEFAULT 0,
    CONSTRAINT holds_ends_somehow CHECK ((until IS NULL) = (ended IS NULL))
);
CREATE UNIQUE INDEX holds_open ON ghexport.holds (org_id) WHERE until IS NULL;
CREATE INDEX holds_by_org ON ghexport.holds (org_id, id);
CREATE INDEX holds_by_since ON ghexport.holds (since);
COMMENT ON TABLE ghexport.holds IS 'Every stretch of time in which a company was refused by Greenhouse or its key did not open; the open one has no end. Written by a trigger of integrations alone, in the transaction that holds or releases.';
COMMENT ON COLUMN ghexport.holds.id IS 'Names the episode, so that whoever is told of it is told once.';
COMMENT ON COLUMN ghexport.holds.org_id IS 'The company.';
COMMENT ON COLUMN ghexport.holds.cause IS 'What it is, or was at last, held for.';
COMMENT ON COLUMN ghexport.holds.detail IS 'Greenhouse''s words, the newest; cleaned and capped.';
COMMENT ON COLUMN ghexport.holds.credential_version IS 'The credential that was refused.';
COMMENT ON COLUMN ghexport.holds.key_last5 IS 'Last five characters of its key.';
COMMENT ON COLUMN ghexport.holds.created_by IS 'The Greenhouse user it named.';
COMMENT ON COLUMN ghexport.holds.good_until IS 'When Greenhouse had last accepted that company''s credential before; null when never.';
COMMENT ON COLUMN ghexport.holds.since IS 'When it began.';
COMMENT ON COLUMN ghexport.holds.until IS 'When it ended; null while it lasts.';
COMMENT ON COLUMN ghexport.holds.ended IS 'accepted: Greenhouse takes the credential, the same or a new one. replaced: another was saved without a test.';
COMMENT ON COLUMN ghexport.holds.refused IS 'Exports that were refused in it: at most those in flight, and its trials.';
COMMENT ON COLUMN ghexport.holds.probes IS 'How often it was looked at again.';

CREATE TABLE ghexport.checks (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id             text NOT NULL,
    at                 timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind               text NOT NULL CHECK (kind IN ('test', 'send', 'probe', 'daily', 'trial')),
    answer             text NOT NULL CHECK (answer IN ('accepted', 'refused', 'none')),
    cause              text,
    status             integer,
    detail             text,
    credential_version bigint,
    key_digest         bytea,
    key_last5          text,
    created_by         text
);
CREATE INDEX checks_by_org ON ghexport.checks (org_id, id);
CREATE INDEX checks_by_key ON ghexport.checks (key_digest, id) WHERE key_digest IS NOT NULL;
CREATE INDEX checks_by_age ON ghexport.checks USING brin (at);
COMMENT ON TABLE ghexport.checks IS 'Every look at whether Greenhouse accepts a company''s credential, kept for 90 days.';
COMMENT ON COLUMN ghexport.checks.id IS 'Order.';
COMMENT ON COLUMN ghexport.checks.org_id IS 'The company.';
COMMENT ON COLUMN ghexport.checks.at IS 'When the answer was written down.';
COMMENT ON COLUMN ghexport.checks.kind IS 'test: a person tested a connection. send: an export that began a hold. probe: a look at a held company. daily: one at a company that is not held. trial: the export that tries whether a 403 is over.';
COMMENT ON COLUMN ghexport.checks.answer IS 'accepted, refused, or none about the credential: no answer came, or another than 2xx, 401 and 403.';
COMMENT ON COLUMN ghexport.checks.cause IS 'Why it was refused: auth.rejected, permission.denied or decrypt.failed.';
COMMENT ON COLUMN ghexport.checks.status IS 'HTTP status; null when no answer came.';
COMMENT ON COLUMN ghexport.checks.detail IS 'Greenhouse''s words, cleaned and capped.';
COMMENT ON COLUMN ghexport.checks.credential_version IS 'The stored credential that was looked at; null for one that was only tested.';
COMMENT ON COLUMN ghexport.checks.key_digest IS 'HMAC of its key, to tell which keys worked with which users.';
COMMENT ON COLUMN ghexport.checks.key_last5 IS 'Last five characters of its key.';
COMMENT ON COLUMN ghexport.checks.created_by IS 'The Greenhouse user it named.';

-- +goose StatementBegin
CREATE FUNCTION ghexport.track_hold() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before text := CASE WHEN OLD.decrypt_failed_at IS NOT NULL THEN 'decrypt.failed' ELSE OLD.hold_cause END;
    after  text := CASE WHEN NEW.decrypt_failed_at IS NOT NULL THEN 'decrypt.failed' ELSE NEW.hold_cause END;
BEGIN
    IF before IS NULL AND after IS NOT NULL THEN
        INSERT INTO ghexport.holds (org_id, cause, detail, credential_version, key_last5, created_by, good_until, since, refused, probes)
        VALUES (NEW.org_id, after, NEW.hold_detail, NEW.credential_version, NEW.key_last5, NEW.created_by, NEW.last_good_at,
                coalesce(NEW.hold_since, NEW.decrypt_failed_at, clock_timestamp()), NEW.refused, NEW.probes);
    ELSIF after IS NOT NULL THEN
        UPDATE ghexport.holds
           SET cause = after, detail = NEW.hold_detail, refused = NEW.refused, probes = NEW.probes
         WHERE org_id = NEW.org_id AND until IS NULL;
    ELSE
        UPDATE ghexport.holds
           SET until = clock_timestamp(),
               ended = CASE WHEN NEW.last_good_at IS DISTINCT FROM OLD.last_good_at THEN 'accepted' ELSE 'replaced' END
         WHERE org_id = NEW.org_id AND until IS NULL;
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.track_hold() IS 'Keeps holds in step with integrations, in the same transaction. With its owner''s rights, so that the service''s role need not, and cannot, write history.';
REVOKE EXECUTE ON FUNCTION ghexport.track_hold() FROM PUBLIC;
CREATE TRIGGER track_hold AFTER UPDATE ON ghexport.integrations
    FOR EACH ROW
    WHEN (OLD.hold_cause IS NOT NULL OR NEW.hold_cause IS NOT NULL OR OLD.decrypt_failed_at IS NOT NULL OR NEW.decrypt_failed_at IS NOT NULL)
    EXECUTE FUNCTION ghexport.track_hold();

INSERT INTO ghexport.holds (org_id, cause, detail, credential_version, key_last5, created_by, good_until, since, probes)
SELECT org_id, CASE WHEN decrypt_failed_at IS NOT NULL THEN 'decrypt.failed' ELSE hold_cause END, hold_detail, credential_version,
       key_last5, created_by, last_good_at, coalesce(hold_since, decrypt_failed_at, clock_timestamp()), probes
  FROM ghexport.integrations
 WHERE hold_cause IS NOT NULL OR decrypt_failed_at IS NOT NULL;

-- +goose Down
DROP TRIGGER track_hold ON ghexport.integrations;
DROP FUNCTION ghexport.track_hold();
DROP TABLE ghexport.checks, ghexport.holds;
DROP INDEX ghexport.integrations_check;
ALTER TABLE ghexport.integrations DROP COLUMN refused, DROP COLUMN check_at;
