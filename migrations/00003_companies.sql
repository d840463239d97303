-- Companies: their connections to Greenhouse, the budgets of their keys, and when and why one may not send.

-- +goose Up
CREATE TABLE ghexport.integrations (
    org_id                text PRIMARY KEY CHECK (org_id <> '' AND length(org_id) <= 200),
    enabled               boolean NOT NULL DEFAULT false,
    sealed_key            bytea,
    key_last5             text,
    key_set_at            timestamptz,
    key_set_by            text,
    key_digest            bytea,
    credential_version    bigint NOT NULL DEFAULT 0,
    created_by            text,
    created_by_name       text,
    created_by_id         bigint,
    tested_version        bigint,
    tested_at             timestamptz,
    time_zone             text,
    mode                  text NOT NULL DEFAULT 'prospect' CHECK (mode IN ('prospect', 'candidate')),
    job_map               jsonb NOT NULL DEFAULT '{}',
    prospect_pool_id      bigint,
    prospect_pool_stage_id bigint,
    credit                text NOT NULL DEFAULT 'created_by' CHECK (credit IN ('created_by', 'interviewer', 'fixed')),
    second_interview      text NOT NULL DEFAULT 'hold' CHECK (second_interview IN ('hold', 'create', 'skip')),
    server_errors         text NOT NULL DEFAULT 'retry' CHECK (server_errors IN ('retry', 'ask')),
    in_flight_cap         integer NOT NULL DEFAULT 4 CHECK (in_flight_cap BETWEEN 1 AND 64),
    paused_at             timestamptz,
    paused_by             text,
    paused_reason         text,
    decrypt_failed_at     timestamptz,
    hold_cause            text CHECK (hold_cause IN ('auth.rejected', 'permission.denied')),
    hold_since            timestamptz,
    hold_detail           text,
    probe_at              timestamptz,
    probes                integer NOT NULL DEFAULT 0,
    trial_at              timestamptz,
    trial_export_id       bigint,
    released_at           timestamptz,
    last_good_at          timestamptz,
    created_at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    credit_to             jsonb,
    default_job_id        bigint,
    notice_emails         text[] NOT NULL DEFAULT '{}',
    notice_webhook        boolean NOT NULL DEFAULT true,
    revision              bigint NOT NULL DEFAULT 1,
    switched_at           timestamptz,
    switched_by           text,
    test_report           jsonb,
    jobs_seen             jsonb,
    jobs_seen_at          timestamptz,
    pools_seen            jsonb,
    pools_seen_at         timestamptz,
    refused               integer NOT NULL DEFAULT 0,
    check_at              timestamptz NOT NULL DEFAULT clock_timestamp() + random() * interval '1 day',
    CONSTRAINT integrations_credit_to_check CHECK (credit <> 'fixed' OR credit_to IS NOT NULL)
);
CREATE INDEX integrations_by_key ON ghexport.integrations (key_digest) WHERE key_digest IS NOT NULL;
CREATE INDEX integrations_probe ON ghexport.integrations (probe_at) WHERE probe_at IS NOT NULL;
CREATE INDEX integrations_check ON ghexport.integrations (check_at);
COMMENT ON TABLE ghexport.integrations IS 'A company''s connection to Greenhouse: credential, choices, and whether it may send.';
COMMENT ON COLUMN ghexport.integrations.org_id IS 'The company, as producers name it.';
COMMENT ON COLUMN ghexport.integrations.enabled IS 'Turned on by the company. What becomes eligible while it is off waits.';
COMMENT ON COLUMN ghexport.integrations.sealed_key IS 'API key under Tink AEAD with org_id as associated data; write-only.';
COMMENT ON COLUMN ghexport.integrations.key_last5 IS 'Last five characters of the key, which is how Greenhouse''s own list names it.';
COMMENT ON COLUMN ghexport.integrations.key_set_at IS 'When the key was set.';
COMMENT ON COLUMN ghexport.integrations.key_set_by IS 'Who set it.';
COMMENT ON COLUMN ghexport.integrations.key_digest IS 'HMAC of the key: companies that share a key share its budget.';
COMMENT ON COLUMN ghexport.integrations.credential_version IS 'Raised with every change of key or created_by; answers count only for the version they were made with.';
COMMENT ON COLUMN ghexport.integrations.created_by IS 'Email of the Greenhouse user as whom candidates appear.';
COMMENT ON COLUMN ghexport.integrations.created_by_name IS 'That user''s name, as the last test resolved it.';
COMMENT ON COLUMN ghexport.integrations.created_by_id IS 'That user''s id in Greenhouse.';
COMMENT ON COLUMN ghexport.integrations.tested_version IS 'The credential_version that last passed the test.';
COMMENT ON COLUMN ghexport.integrations.tested_at IS 'When it passed.';
COMMENT ON COLUMN ghexport.integrations.time_zone IS 'Zone of the note''s date where the interview carries none.';
COMMENT ON COLUMN ghexport.integrations.mode IS 'prospect: nobody is put on a job. candidate: where job_map names one.';
COMMENT ON COLUMN ghexport.integrations.job_map IS 'The producer''s role names to Greenhouse job ids.';
COMMENT ON COLUMN ghexport.integrations.prospect_pool_id IS 'Pool that prospects join, if any.';
COMMENT ON COLUMN ghexport.integrations.prospect_pool_stage_id IS 'Stage in that pool, if any.';
COMMENT ON COLUMN ghexport.integrations.credit IS 'Who gets credit: the created-by user (Greenhouse''s default), the interviewer, or the fixed person credit_to.';
COMMENT ON COLUMN ghexport.integrations.second_interview IS 'What a second interview of a candidate who was already sent does.';
COMMENT ON COLUMN ghexport.integrations.server_errors IS 'What a 5xx does: retry (the vendor''s advice) or ask, which makes it unknown.';
COMMENT ON COLUMN ghexport.integrations.in_flight_cap IS 'How many exports may be queued or sending at once.';
COMMENT ON COLUMN ghexport.integrations.paused_at IS 'Since when we have paused it; null when not paused.';
COMMENT ON COLUMN ghexport.integrations.paused_by IS 'Who paused it.';
COMMENT ON COLUMN ghexport.integrations.paused_reason IS 'Why.';
COMMENT ON COLUMN ghexport.integrations.decrypt_failed_at IS 'Since when its key cannot be opened though the keyset knows the key id.';
COMMENT ON COLUMN ghexport.integrations.hold_cause IS 'What Greenhouse refuses: the credential (401) or the right (403).';
COMMENT ON COLUMN ghexport.integrations.hold_since IS 'Since when.';
COMMENT ON COLUMN ghexport.integrations.hold_detail IS 'Greenhouse''s words, cleaned and capped.';
COMMENT ON COLUMN ghexport.integrations.probe_at IS 'When to look again whether the hold can be released.';
COMMENT ON COLUMN ghexport.integrations.probes IS 'Probes since the hold began; sets the back-off.';
COMMENT ON COLUMN ghexport.integrations.trial_at IS 'Since when one export may pass a permission.denied hold as its trial.';
COMMENT ON COLUMN ghexport.integrations.trial_export_id IS 'The export that passed as the trial, until it settles.';
COMMENT ON COLUMN ghexport.integrations.released_at IS 'When it could last send again after a hold, a pause or being off: failures before it are forgotten.';
COMMENT ON COLUMN ghexport.integrations.last_good_at IS 'When Greenhouse last accepted the credential.';
COMMENT ON COLUMN ghexport.integrations.created_at IS 'When the row was made.';
COMMENT ON COLUMN ghexport.integrations.updated_at IS 'When a setting last changed.';
COMMENT ON COLUMN ghexport.integrations.credit_to IS 'That person as Greenhouse''s referrer wants it: {"email", "first_name", "last_name"}.';
COMMENT ON COLUMN ghexport.integrations.default_job_id IS 'In mode candidate: the job of roles that job_map does not name. Null: they are sent as prospects.';
COMMENT ON COLUMN ghexport.integrations.notice_emails IS 'Who is told by email when something needs attention. Never the created-by address, which need not have an inbox.';
COMMENT ON COLUMN ghexport.integrations.notice_webhook IS 'Whether the product is told by webhook.';
COMMENT ON COLUMN ghexport.integrations.revision IS 'Raised with every change of credential or choices, so that of two people who change them at once the second learns of the first.';
COMMENT ON COLUMN ghexport.integrations.switched_at IS 'When it was last turned on or off; null: it was never on.';
COMMENT ON COLUMN ghexport.integrations.switched_by IS 'Who did.';
COMMENT ON COLUMN ghexport.integrations.test_report IS 'What the last connection test with the stored credential found, line by line, without secrets.';
COMMENT ON COLUMN ghexport.integrations.jobs_seen IS 'Open jobs as Greenhouse last listed them, and jobs that the company maps and Greenhouse lists no more, with when that was first seen.';
COMMENT ON COLUMN ghexport.integrations.jobs_seen_at IS 'When Greenhouse listed them.';
COMMENT ON COLUMN ghexport.integrations.pools_seen IS 'Prospect pools and their stages, as Greenhouse last listed them.';
COMMENT ON COLUMN ghexport.integrations.pools_seen_at IS 'When Greenhouse listed them.';
COMMENT ON COLUMN ghexport.integrations.refused IS 'Exports that Greenhouse refused in the present hold, or in the last one.';
COMMENT ON COLUMN ghexport.integrations.check_at IS 'When to look next whether Greenhouse still accepts a credential that is not held: once a day.';

CREATE TABLE ghexport.budgets (
    credential     bytea PRIMARY KEY,
    limit_         integer NOT NULL DEFAULT 50 CHECK (limit_ > 0),
    window_length  interval NOT NULL DEFAULT '10 seconds',
    window_end     timestamptz,
    phase_known    boolean NOT NULL DEFAULT false,
    spent          integer NOT NULL DEFAULT 0,
    spends         timestamptz[] NOT NULL DEFAULT '{}',
    blocked_until  timestamptz,
    updated_at     timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);
COMMENT ON TABLE ghexport.budgets IS 'Requests that each credential may still make, shared by all nodes. Windows are Greenhouse''s, learned from its headers.';
COMMENT ON COLUMN ghexport.budgets.credential IS 'integrations.key_digest.';
COMMENT ON COLUMN ghexport.budgets.limit_ IS 'Requests a window; 50 until headers say otherwise.';
COMMENT ON COLUMN ghexport.budgets.window_length IS 'Length of a window; 10 s until headers say otherwise.';
COMMENT ON COLUMN ghexport.budgets.window_end IS 'End of the present window by the database''s clock.';
COMMENT ON COLUMN ghexport.budgets.phase_known IS 'Whether headers told the windows'' phase; while they have not, the limit holds for any stretch of window_length.';
COMMENT ON COLUMN ghexport.budgets.spent IS 'Requests spent in the present window, those in flight when it began included.';
COMMENT ON COLUMN ghexport.budgets.spends IS 'While the phase is unknown: the moments of the newest spends, at most limit_.';
COMMENT ON COLUMN ghexport.budgets.blocked_until IS 'Nothing goes before this: Greenhouse answered 429.';
COMMENT ON COLUMN ghexport.budgets.updated_at IS 'When the row last changed.';

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
    waiting            bigint,
    CONSTRAINT holds_ends_somehow CHECK ((until IS NULL) = (ended IS NULL))
);
CREATE UNIQUE INDEX holds_open ON ghexport.holds (org_id) WHERE until IS NULL;
CREATE INDEX holds_by_org ON ghexport.holds (org_id, id);
CREATE INDEX holds_by_since ON ghexport.holds (since);
CREATE INDEX holds_by_until ON ghexport.holds (until) WHERE until IS NOT NULL;
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
COMMENT ON COLUMN ghexport.holds.waiting IS 'Exports that waited when it ended, which is when they are let go; null while it lasts.';

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
CREATE TRIGGER track_hold AFTER UPDATE ON ghexport.integrations
    FOR EACH ROW
    WHEN (OLD.hold_cause IS NOT NULL OR NEW.hold_cause IS NOT NULL OR OLD.decrypt_failed_at IS NOT NULL OR NEW.decrypt_failed_at IS NOT NULL)
    EXECUTE FUNCTION ghexport.track_hold();

-- +goose StatementBegin
CREATE FUNCTION ghexport.count_released() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.waiting := (SELECT count(*) FROM ghexport.exports e WHERE e.org_id = NEW.org_id AND e.due_at IS NOT NULL) -- exports_due
                 + (SELECT count(*) FROM ghexport.exports e WHERE e.org_id = NEW.org_id AND e.blocked_at IS NOT NULL AND e.state = 'pending'); -- exports_blocked
    RETURN NEW;
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.count_released() IS 'Counts what a hold lets go, in the transaction that ends it: afterwards it cannot be told from what came later.';
CREATE TRIGGER count_released BEFORE UPDATE ON ghexport.holds
    FOR EACH ROW
    WHEN (OLD.until IS NULL AND NEW.until IS NOT NULL)
    EXECUTE FUNCTION ghexport.count_released();

-- +goose StatementBegin
CREATE FUNCTION ghexport.held_reason(i ghexport.integrations, stopped boolean) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN stopped THEN 'stopped'
        WHEN (i).org_id IS NULL OR NOT (i).enabled THEN 'off'
        WHEN (i).sealed_key IS NULL OR (i).created_by IS NULL THEN 'incomplete'
        WHEN (i).decrypt_failed_at IS NOT NULL THEN 'decrypt.failed'
        WHEN (i).tested_version IS DISTINCT FROM (i).credential_version THEN 'untested'
        WHEN (i).paused_at IS NOT NULL THEN 'paused'
        ELSE (i).hold_cause
    END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.held_reason(ghexport.integrations, boolean) IS
    'Why a company may not send, the first of the reasons that hold, or null when it may. An integration of nulls is a company nobody has connected.';

-- +goose StatementBegin
CREATE FUNCTION ghexport.held(org text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT ghexport.held_reason(i, c.stopped_at IS NOT NULL)
      FROM ghexport.control c
      LEFT JOIN ghexport.integrations i ON i.org_id = org
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION ghexport.held(text) IS 'Why this company may not send now, or null when it may. With its owner''s rights, so that a viewer who may not read keys can ask.';

REVOKE EXECUTE ON FUNCTION
    ghexport.track_hold(),
    ghexport.count_released(),
    ghexport.held_reason(ghexport.integrations, boolean),
    ghexport.held(text)
FROM PUBLIC;

-- +goose Down
DROP FUNCTION ghexport.held(text);
DROP FUNCTION ghexport.held_reason(ghexport.integrations, boolean);
DROP TABLE ghexport.checks, ghexport.holds, ghexport.budgets, ghexport.integrations;
DROP FUNCTION ghexport.count_released();
DROP FUNCTION ghexport.track_hold();
