-- +goose Up
-- The ledger and what surrounds it. Everything lives in schema ghexport, which `migrations.Up` creates before goose runs.
-- A rule for every index below: none names `state`, a deadline or another column that each step of a send rewrites, not even
-- in its predicate, so that the intent stays a heap-only update.

CREATE SEQUENCE ghexport.awake_until MINVALUE 0 START 0;
COMMENT ON SEQUENCE ghexport.awake_until IS
    'Its last_value is the moment, in microseconds since the epoch, until which the busy relay polls by itself and producers need not NOTIFY. A sequence because it is read outside any snapshot.';

CREATE TABLE ghexport.outbox (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id         text NOT NULL,
    interview_id   text NOT NULL,
    version        bigint NOT NULL,
    schema_version integer NOT NULL,
    message        jsonb NOT NULL,
    enqueued_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX outbox_by_org ON ghexport.outbox (org_id, id);
CREATE INDEX outbox_by_interview ON ghexport.outbox (org_id, interview_id);
COMMENT ON TABLE ghexport.outbox IS 'Messages committed by producers and not yet folded into the ledger. Append-only for producers; the relay deletes what it has folded.';
COMMENT ON COLUMN ghexport.outbox.id IS 'Order of arrival.';
COMMENT ON COLUMN ghexport.outbox.org_id IS 'The company, as the producer names it.';
COMMENT ON COLUMN ghexport.outbox.interview_id IS 'The interview; (org_id, interview_id) is the idempotency key, for ever.';
COMMENT ON COLUMN ghexport.outbox.version IS 'The producer''s version of the snapshot; decides which message is newer.';
COMMENT ON COLUMN ghexport.outbox.schema_version IS 'The contract that the message follows. A relay leaves one that it does not know.';
COMMENT ON COLUMN ghexport.outbox.message IS 'The whole snapshot, as the producer wrote it. Personal data: gone once folded.';
COMMENT ON COLUMN ghexport.outbox.enqueued_at IS 'When enqueue() ran, by the wall clock, inside the producer''s transaction.';

CREATE TABLE ghexport.rejected (
    id             bigint PRIMARY KEY,
    org_id         text NOT NULL,
    interview_id   text NOT NULL,
    version        bigint NOT NULL,
    schema_version integer NOT NULL,
    message        jsonb NOT NULL,
    cause          text NOT NULL DEFAULT 'message.invalid' CHECK (cause = 'message.invalid'),
    detail         text NOT NULL,
    enqueued_at    timestamptz NOT NULL,
    rejected_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX rejected_by_interview ON ghexport.rejected (org_id, interview_id);
COMMENT ON TABLE ghexport.rejected IS 'Outbox messages that could not be folded. Each blocks its own export, as it did in the outbox, until `ghexport replay --cause message.invalid` puts it back.';
COMMENT ON COLUMN ghexport.rejected.id IS 'The id that it had in the outbox.';
COMMENT ON COLUMN ghexport.rejected.org_id IS 'As in the outbox.';
COMMENT ON COLUMN ghexport.rejected.interview_id IS 'As in the outbox.';
COMMENT ON COLUMN ghexport.rejected.version IS 'As in the outbox.';
COMMENT ON COLUMN ghexport.rejected.schema_version IS 'As in the outbox.';
COMMENT ON COLUMN ghexport.rejected.message IS 'As in the outbox. Personal data.';
COMMENT ON COLUMN ghexport.rejected.cause IS 'Always message.invalid.';
COMMENT ON COLUMN ghexport.rejected.detail IS 'Why it could not be folded, without personal data.';
COMMENT ON COLUMN ghexport.rejected.enqueued_at IS 'As in the outbox.';
COMMENT ON COLUMN ghexport.rejected.rejected_at IS 'When the relay gave it up.';

CREATE TABLE ghexport.bodies (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id            text NOT NULL,
    interview_id      text NOT NULL,
    first_name        text NOT NULL,
    last_name         text NOT NULL,
    email             text NOT NULL,
    linkedin          text,
    note              text NOT NULL,
    note_format       smallint NOT NULL,
    interviewer_name  text,
    interviewer_email text,
    created_at        timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX bodies_by_age ON ghexport.bodies USING brin (created_at);
COMMENT ON TABLE ghexport.bodies IS 'What is sent about a person, rendered once at fold and never changed. Apart from the ledger so that the wide text is not rewritten with each state change, and so that erasure deletes whole rows.';
COMMENT ON COLUMN ghexport.bodies.id IS 'Named by exports.body_id. A body that no export names is a leftover of a fold that did not commit; the sweep deletes it.';
COMMENT ON COLUMN ghexport.bodies.org_id IS 'The company, so that a leftover can be told from a body in use.';
COMMENT ON COLUMN ghexport.bodies.interview_id IS 'The interview, likewise.';
COMMENT ON COLUMN ghexport.bodies.first_name IS 'Given name as sent.';
COMMENT ON COLUMN ghexport.bodies.last_name IS 'Family name as sent; "-" for a one-word name.';
COMMENT ON COLUMN ghexport.bodies.email IS 'The candidate''s email as sent.';
COMMENT ON COLUMN ghexport.bodies.linkedin IS 'Normalised profile address, or null.';
COMMENT ON COLUMN ghexport.bodies.note IS 'The note, byte for byte as sent.';
COMMENT ON COLUMN ghexport.bodies.note_format IS 'Version of the note''s layout.';
COMMENT ON COLUMN ghexport.bodies.interviewer_name IS 'For the credit setting.';
COMMENT ON COLUMN ghexport.bodies.interviewer_email IS 'For the credit setting.';
COMMENT ON COLUMN ghexport.bodies.created_at IS 'When it was rendered.';

CREATE TABLE ghexport.exports (
    id                         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id                     text NOT NULL,
    interview_id               text NOT NULL,
    candidate_id               text NOT NULL,
    version                    bigint NOT NULL,
    revision                   integer NOT NULL DEFAULT 0,
    content_digest             bytea NOT NULL,
    state                      text NOT NULL CHECK (state IN ('ineligible', 'pending', 'queued', 'sending', 'sent', 'unknown', 'duplicate', 'dead', 'cancelled')),
    cause                      text CHECK (cause IN (
                                   'decision.missing', 'decision.no', 'withdrawn', 'practice', 'greenhouse.down', 'limited', 'outcome.unknown',
                                   'duplicate.possible', 'payload.refused', 'target.gone', 'bug', 'discarded', 'skipped', 'dropped', 'erased')),
    detail                     text,
    flags                      text[] NOT NULL DEFAULT '{}' CHECK (flags <@ ARRAY[
                                   'edited_after_send', 'withdrawn_after_send', 'resent_after_5xx', 'version_conflict', 'decision_vanished',
                                   'doubled', 'may_exist', 'name_padded', 'linkedin_left_out', 'note_cut']),
    interviewed_at             timestamptz NOT NULL,
    interviewer_advances       boolean,
    candidate_continues        boolean,
    practice                   boolean NOT NULL,
    job                        text,
    body_id                    bigint,
    candidate_digest           bytea,
    email_digest               bytea,
    lane                       smallint NOT NULL DEFAULT 0 CHECK (lane IN (0, 1)),
    due_at                     timestamptz,
    blocked_at                 timestamptz,
    attention_at               timestamptz,
    job_id                     bigint,
    send_by                    timestamptz,
    attempts                   integer NOT NULL DEFAULT 0,
    attempt                    uuid,
    attempt_started_at         timestamptz,
    deadline                   timestamptz,
    job_timeout                interval,
    first_failed_at            timestamptz,
    failures                   integer NOT NULL DEFAULT 0,
    duplicate_allowed          boolean NOT NULL DEFAULT false,
    greenhouse_candidate_id    bigint,
    greenhouse_application_id  bigint,
    profile_url                text,
    committed_at               timestamptz NOT NULL,
    created_at                 timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at                 timestamptz NOT NULL DEFAULT clock_timestamp(),
    sent_at                    timestamptz,
    erased_at                  timestamptz,
    CONSTRAINT exports_key UNIQUE (interview_id, org_id),
    CONSTRAINT exports_due_is_pending CHECK (due_at IS NULL OR state = 'pending'),
    CONSTRAINT exports_blocked_is_waiting CHECK (blocked_at IS NULL OR state IN ('pending', 'duplicate')),
    CONSTRAINT exports_job_is_in_flight CHECK ((job_id IS NOT NULL) = (state IN ('queued', 'sending'))),
    CONSTRAINT exports_pending_is_due_or_blocked CHECK (state <> 'pending' OR (due_at IS NULL) <> (blocked_at IS NULL)),
    CONSTRAINT exports_sending_is_an_attempt CHECK (state <> 'sending' OR (attempt IS NOT NULL AND deadline IS NOT NULL))
) WITH (fillfactor = 50);
CREATE INDEX exports_due ON ghexport.exports (org_id, lane, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX exports_in_flight ON ghexport.exports (org_id, job_id) WHERE job_id IS NOT NULL;
CREATE INDEX exports_blocked ON ghexport.exports (id) WHERE blocked_at IS NOT NULL;
CREATE INDEX exports_attention ON ghexport.exports (attention_at, id) WHERE attention_at IS NOT NULL;
CREATE INDEX exports_by_candidate ON ghexport.exports (org_id, candidate_digest) WHERE candidate_digest IS NOT NULL;
CREATE INDEX exports_by_email ON ghexport.exports (org_id, email_digest) WHERE email_digest IS NOT NULL;
COMMENT ON TABLE ghexport.exports IS 'The ledger: one row per (org, interview), for ever. It, never river_job.state, is the truth about what was sent.';
COMMENT ON COLUMN ghexport.exports.id IS 'The export''s number; all that a River job carries.';
COMMENT ON COLUMN ghexport.exports.org_id IS 'The company, as the producer names it. It may have no integration yet.';
COMMENT ON COLUMN ghexport.exports.interview_id IS 'The interview, as the producer names it.';
COMMENT ON COLUMN ghexport.exports.candidate_id IS 'The producer''s opaque id of the candidate at this company; Greenhouse''s external_id.';
COMMENT ON COLUMN ghexport.exports.version IS 'Version of the newest message folded into this row.';
COMMENT ON COLUMN ghexport.exports.revision IS 'Counts edits by `replay --set` since that version.';
COMMENT ON COLUMN ghexport.exports.content_digest IS 'SHA-256 of that message, to tell a repeat from the same version with other content.';
COMMENT ON COLUMN ghexport.exports.state IS 'Where the export stands; see the README''s table of states.';
COMMENT ON COLUMN ghexport.exports.cause IS 'Why it stands there, from the closed list; null where nothing needs explaining.';
COMMENT ON COLUMN ghexport.exports.detail IS 'More about the cause: refused fields and messages. Cleaned and capped; no personal data of ours.';
COMMENT ON COLUMN ghexport.exports.flags IS 'What a person should know beside the state.';
COMMENT ON COLUMN ghexport.exports.interviewed_at IS 'Start of the interview; exports of one candidate go in this order.';
COMMENT ON COLUMN ghexport.exports.interviewer_advances IS 'The interviewer''s decision; null while unanswered.';
COMMENT ON COLUMN ghexport.exports.candidate_continues IS 'The candidate''s decision; null while unanswered.';
COMMENT ON COLUMN ghexport.exports.practice IS 'A practice interview is never exported.';
COMMENT ON COLUMN ghexport.exports.job IS 'The producer''s name of the role, for the company''s job mapping.';
COMMENT ON COLUMN ghexport.exports.body_id IS 'What to send (bodies.id); null while ineligible and once erased.';
COMMENT ON COLUMN ghexport.exports.candidate_digest IS 'HMAC of the candidate id, to find the same person again even after erasure.';
COMMENT ON COLUMN ghexport.exports.email_digest IS 'HMAC of the trimmed, lower-cased email, likewise.';
COMMENT ON COLUMN ghexport.exports.lane IS '0 live work, 1 replays and backfills, which yield to it.';
COMMENT ON COLUMN ghexport.exports.due_at IS 'When a pending export may go; null in every other state and while it waits for a sibling.';
COMMENT ON COLUMN ghexport.exports.blocked_at IS 'Since when it waits for a sibling of the same candidate or for a decision about one.';
COMMENT ON COLUMN ghexport.exports.attention_at IS 'Since when it needs a look (dead, unknown, duplicate); null otherwise.';
COMMENT ON COLUMN ghexport.exports.job_id IS 'The one River job that may send it; kept from dispatch until settle.';
COMMENT ON COLUMN ghexport.exports.send_by IS 'End of the budget window that dispatch spent from: an intent after it goes back to pending.';
COMMENT ON COLUMN ghexport.exports.attempts IS 'Intents so far: how often a request may have left.';
COMMENT ON COLUMN ghexport.exports.attempt IS 'Token of the newest attempt; every settle names one.';
COMMENT ON COLUMN ghexport.exports.attempt_started_at IS 'When that attempt''s intent was made.';
COMMENT ON COLUMN ghexport.exports.deadline IS 'When a sending row whose worker stays silent becomes unknown.';
COMMENT ON COLUMN ghexport.exports.job_timeout IS 'The job timeout in force at the intent; bounds how late its answer can be.';
COMMENT ON COLUMN ghexport.exports.first_failed_at IS 'First failure of the present row of failures; after 72 h of them it is dead.';
COMMENT ON COLUMN ghexport.exports.failures IS 'Failures in that row.';
COMMENT ON COLUMN ghexport.exports.duplicate_allowed IS 'A person decided that a second profile of this candidate shall be created.';
COMMENT ON COLUMN ghexport.exports.greenhouse_candidate_id IS 'Greenhouse''s id of the candidate.';
COMMENT ON COLUMN ghexport.exports.greenhouse_application_id IS 'Greenhouse''s id of the application.';
COMMENT ON COLUMN ghexport.exports.profile_url IS 'The candidate''s page in Greenhouse.';
COMMENT ON COLUMN ghexport.exports.committed_at IS 'When the newest folded message was enqueued.';
COMMENT ON COLUMN ghexport.exports.created_at IS 'When the first message was folded.';
COMMENT ON COLUMN ghexport.exports.updated_at IS 'When the row last changed.';
COMMENT ON COLUMN ghexport.exports.sent_at IS 'When Greenhouse''s acceptance was recorded.';
COMMENT ON COLUMN ghexport.exports.erased_at IS 'When personal data was taken out for good.';

CREATE TABLE ghexport.aside (
    export_id      bigint PRIMARY KEY,
    version        bigint NOT NULL,
    schema_version integer NOT NULL,
    message        jsonb NOT NULL,
    enqueued_at    timestamptz NOT NULL
);
COMMENT ON TABLE ghexport.aside IS 'The newest message for an export that could not take it (sending, unknown, cancelled). Whatever leads out of these states puts it back into the outbox in the same transaction.';
COMMENT ON COLUMN ghexport.aside.export_id IS 'The export it is for.';
COMMENT ON COLUMN ghexport.aside.version IS 'As in the outbox.';
COMMENT ON COLUMN ghexport.aside.schema_version IS 'As in the outbox.';
COMMENT ON COLUMN ghexport.aside.message IS 'As in the outbox. Personal data.';
COMMENT ON COLUMN ghexport.aside.enqueued_at IS 'As in the outbox.';

CREATE TABLE ghexport.attempts (
    token              uuid NOT NULL,
    export_id          bigint NOT NULL,
    number             integer NOT NULL,
    job_id             bigint,
    credential_version bigint,
    started_at         timestamptz NOT NULL,
    finished_at        timestamptz NOT NULL,
    outcome            text NOT NULL CHECK (outcome IN ('sent', 'again', 'limited', 'hold', 'unknown', 'dead')),
    status             integer,
    cause              text,
    detail             text,
    silent             boolean NOT NULL DEFAULT false,
    late               boolean NOT NULL DEFAULT false,
    PRIMARY KEY (export_id, token)
);
COMMENT ON TABLE ghexport.attempts IS 'One row per attempt, written when it is settled: by its worker, or by the sweep for one that stayed silent.';
COMMENT ON COLUMN ghexport.attempts.token IS 'The attempt''s own id, drawn before its intent.';
COMMENT ON COLUMN ghexport.attempts.export_id IS 'The export that it tried to send.';
COMMENT ON COLUMN ghexport.attempts.number IS 'Which attempt of that export, from 1.';
COMMENT ON COLUMN ghexport.attempts.job_id IS 'The River job that ran it.';
COMMENT ON COLUMN ghexport.attempts.credential_version IS 'The credential that it was made with.';
COMMENT ON COLUMN ghexport.attempts.started_at IS 'When its intent was made.';
COMMENT ON COLUMN ghexport.attempts.finished_at IS 'When it was settled.';
COMMENT ON COLUMN ghexport.attempts.outcome IS 'What followed: sent, again later, limited, the company held, unknown, dead.';
COMMENT ON COLUMN ghexport.attempts.status IS 'HTTP status; null when no answer came.';
COMMENT ON COLUMN ghexport.attempts.cause IS 'The cause it was judged to be.';
COMMENT ON COLUMN ghexport.attempts.detail IS 'Greenhouse''s field names and messages, cleaned and capped.';
COMMENT ON COLUMN ghexport.attempts.silent IS 'Its worker never said how it ended: the sweep wrote this row, and the truth may still come.';
COMMENT ON COLUMN ghexport.attempts.late IS 'Its answer came after the sweep had given it up or another attempt had begun.';

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
    credit                text NOT NULL DEFAULT 'created_by' CHECK (credit IN ('created_by', 'interviewer')),
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
    updated_at            timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX integrations_by_key ON ghexport.integrations (key_digest) WHERE key_digest IS NOT NULL;
CREATE INDEX integrations_probe ON ghexport.integrations (probe_at) WHERE probe_at IS NOT NULL;
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
COMMENT ON COLUMN ghexport.integrations.credit IS 'Who gets credit: the created-by user (Greenhouse''s default) or the interviewer.';
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

CREATE TABLE ghexport.control (
    one            boolean PRIMARY KEY DEFAULT true CHECK (one),
    stopped_at     timestamptz,
    stopped_by     text,
    stopped_reason text,
    released_at    timestamptz,
    digest_key     bytea
);
INSERT INTO ghexport.control DEFAULT VALUES;
COMMENT ON TABLE ghexport.control IS 'One row: what concerns the whole service.';
COMMENT ON COLUMN ghexport.control.one IS 'Keeps it one row.';
COMMENT ON COLUMN ghexport.control.stopped_at IS 'Since when nothing is sent for anybody (`pause --all`); null when sending.';
COMMENT ON COLUMN ghexport.control.stopped_by IS 'Who stopped it.';
COMMENT ON COLUMN ghexport.control.stopped_reason IS 'Why.';
COMMENT ON COLUMN ghexport.control.released_at IS 'When everything was last let go again: failures before it are forgotten.';
COMMENT ON COLUMN ghexport.control.digest_key IS 'The HMAC key of the digests, sealed with the keyset; made by the first serve.';

CREATE TABLE ghexport.audit (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor     text NOT NULL,
    action    text NOT NULL,
    org_id    text,
    export_id bigint,
    reason    text,
    detail    jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_by_export ON ghexport.audit (export_id, id) WHERE export_id IS NOT NULL;
CREATE INDEX audit_by_org ON ghexport.audit (org_id, id) WHERE org_id IS NOT NULL;
COMMENT ON TABLE ghexport.audit IS 'What people did, append-only: the service''s role may neither change nor delete a row.';
COMMENT ON COLUMN ghexport.audit.id IS 'Order.';
COMMENT ON COLUMN ghexport.audit.at IS 'When.';
COMMENT ON COLUMN ghexport.audit.actor IS 'Who: --as, GHEXPORT_ACTOR, the system user, or the console''s login.';
COMMENT ON COLUMN ghexport.audit.action IS 'What, as the command names it.';
COMMENT ON COLUMN ghexport.audit.org_id IS 'The company it touched, if one.';
COMMENT ON COLUMN ghexport.audit.export_id IS 'The export it touched, if one.';
COMMENT ON COLUMN ghexport.audit.reason IS 'Why, in the actor''s words.';
COMMENT ON COLUMN ghexport.audit.detail IS 'Before and after; keys as their last five characters only.';

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

REVOKE EXECUTE ON FUNCTION ghexport.held_reason(ghexport.integrations, boolean) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION ghexport.held(text) FROM PUBLIC;

-- +goose Down
DROP FUNCTION ghexport.held(text);
DROP FUNCTION ghexport.held_reason(ghexport.integrations, boolean);
DROP TABLE ghexport.audit, ghexport.control, ghexport.budgets, ghexport.integrations, ghexport.attempts, ghexport.aside,
           ghexport.exports, ghexport.bodies, ghexport.rejected, ghexport.outbox;
DROP SEQUENCE ghexport.awake_until;
