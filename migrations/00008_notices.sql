-- Where things were done from, and what companies and we are told by mail and webhook. Additive: older binaries go on working.

-- +goose Up
ALTER TABLE ghexport.audit ADD COLUMN origin text;
CREATE INDEX audit_by_actor ON ghexport.audit (actor, id);
CREATE INDEX audit_by_action ON ghexport.audit (action, id);
CREATE INDEX audit_by_at ON ghexport.audit USING brin (at);
COMMENT ON COLUMN ghexport.audit.origin IS
    'Where it was done from: the client''s address for the console, host/user for a command, "service" for what the service itself does. Null in rows of older binaries.';

ALTER TABLE ghexport.holds ADD COLUMN waiting bigint;
CREATE INDEX holds_by_until ON ghexport.holds (until) WHERE until IS NOT NULL;
COMMENT ON COLUMN ghexport.holds.waiting IS 'Exports that waited when it ended, which is when they are let go; null while it lasts.';

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
REVOKE EXECUTE ON FUNCTION ghexport.count_released() FROM PUBLIC;
CREATE TRIGGER count_released BEFORE UPDATE ON ghexport.holds
    FOR EACH ROW
    WHEN (OLD.until IS NULL AND NEW.until IS NOT NULL)
    EXECUTE FUNCTION ghexport.count_released();

CREATE TABLE ghexport.waves (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    began_at  timestamptz NOT NULL,
    seen_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at  timestamptz,
    companies text[] NOT NULL
);
CREATE UNIQUE INDEX waves_open ON ghexport.waves ((true)) WHERE ended_at IS NULL;
COMMENT ON TABLE ghexport.waves IS 'Times at which Greenhouse refused (401) several companies within minutes: its fault or ours, so companies are not told until it is over. At most one lasts.';
COMMENT ON COLUMN ghexport.waves.id IS 'Order.';
COMMENT ON COLUMN ghexport.waves.began_at IS 'When the first of its holds began. Later holds for 401 belong to it while it lasts.';
COMMENT ON COLUMN ghexport.waves.seen_at IS 'When it was noticed.';
COMMENT ON COLUMN ghexport.waves.ended_at IS 'When too few companies were still refused, or it had lasted too long to wait; null while it lasts.';
COMMENT ON COLUMN ghexport.waves.companies IS 'The companies refused when it was noticed.';

CREATE TABLE ghexport.notices (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key        text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('broken', 'still_broken', 'works_again', 'needs_decision', 'refusals', 'key_unreadable')),
    org_id     text,
    hold_id    bigint,
    cause      text,
    since      timestamptz NOT NULL,
    days       integer NOT NULL DEFAULT 0,
    waiting    bigint NOT NULL DEFAULT 0,
    unknown    bigint NOT NULL DEFAULT 0,
    duplicate  bigint NOT NULL DEFAULT 0,
    companies  text[] NOT NULL DEFAULT '{}',
    channel    text NOT NULL CHECK (channel IN ('mail', 'webhook')),
    recipient  text NOT NULL DEFAULT '',
    message    uuid NOT NULL DEFAULT gen_random_uuid(),
    state      text NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'dead', 'lapsed', 'suppressed', 'undeliverable')),
    detail     text,
    due_at     timestamptz,
    attempts   integer NOT NULL DEFAULT 0,
    attempt    uuid,
    deadline   timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    told_from  timestamptz NOT NULL DEFAULT clock_timestamp(),
    sent_at    timestamptz,
    CONSTRAINT notices_once UNIQUE (key, channel, recipient),
    CONSTRAINT notices_due_is_waiting CHECK ((due_at IS NOT NULL) = (state = 'waiting')),
    CONSTRAINT notices_sending_is_an_attempt CHECK (state <> 'sending' OR (attempt IS NOT NULL AND deadline IS NOT NULL))
);
CREATE INDEX notices_due ON ghexport.notices (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notices_sending ON ghexport.notices (deadline) WHERE deadline IS NOT NULL;
CREATE INDEX notices_by_org ON ghexport.notices (org_id, id);
CREATE INDEX notices_by_hold ON ghexport.notices (hold_id) WHERE hold_id IS NOT NULL;
CREATE INDEX notices_by_age ON ghexport.notices (created_at);
COMMENT ON TABLE ghexport.notices IS 'What companies and we are told, one row for each channel and address. Written by the relay''s sweep from the state of the ledger; sent by River jobs of kind notice. Kept for 90 days.';
COMMENT ON COLUMN ghexport.notices.id IS 'All that a River job carries.';
COMMENT ON COLUMN ghexport.notices.key IS 'What it is about. Unique with channel and recipient, so that nodes, restarts and repeats tell it once.';
COMMENT ON COLUMN ghexport.notices.kind IS 'broken, still_broken, works_again, needs_decision: to a company. refusals, key_unreadable: to us.';
COMMENT ON COLUMN ghexport.notices.org_id IS 'The company; null for what concerns several.';
COMMENT ON COLUMN ghexport.notices.hold_id IS 'The hold that it is about (holds.id).';
COMMENT ON COLUMN ghexport.notices.cause IS 'Why the company is held.';
COMMENT ON COLUMN ghexport.notices.since IS 'Since when; for works_again, since when it works.';
COMMENT ON COLUMN ghexport.notices.days IS 'Whole days since then, for the daily ones.';
COMMENT ON COLUMN ghexport.notices.waiting IS 'Exports that waited when it was written, or that were let go.';
COMMENT ON COLUMN ghexport.notices.unknown IS 'Exports of which nobody knew whether they are in Greenhouse.';
COMMENT ON COLUMN ghexport.notices.duplicate IS 'Possible duplicates that waited for a decision.';
COMMENT ON COLUMN ghexport.notices.companies IS 'refusals: the companies refused.';
COMMENT ON COLUMN ghexport.notices.channel IS 'How it is told.';
COMMENT ON COLUMN ghexport.notices.recipient IS 'The address of a mail; empty for the webhook, and where nobody can be written to.';
COMMENT ON COLUMN ghexport.notices.message IS 'Names the message to its receiver (Message-ID, webhook-id), the same in every attempt.';
COMMENT ON COLUMN ghexport.notices.state IS 'waiting, sending, sent; dead: given up. lapsed: over before it was told. suppressed: held back while many companies are refused. undeliverable: nobody to tell, or no way.';
COMMENT ON COLUMN ghexport.notices.detail IS 'Why it is dead, lapsed, suppressed or undeliverable, or what the last attempt met.';
COMMENT ON COLUMN ghexport.notices.due_at IS 'When to send it; null in every other state than waiting.';
COMMENT ON COLUMN ghexport.notices.attempts IS 'How often it may have been sent.';
COMMENT ON COLUMN ghexport.notices.attempt IS 'Token of the newest attempt.';
COMMENT ON COLUMN ghexport.notices.deadline IS 'When an attempt whose worker stays silent is made again.';
COMMENT ON COLUMN ghexport.notices.created_at IS 'When it was written.';
COMMENT ON COLUMN ghexport.notices.told_from IS 'From when it was to be told: as created_at, or when it was no longer suppressed.';
COMMENT ON COLUMN ghexport.notices.sent_at IS 'When its receiver took it.';

-- +goose Down
DROP TABLE ghexport.notices, ghexport.waves;
DROP TRIGGER count_released ON ghexport.holds;
DROP FUNCTION ghexport.count_released();
DROP INDEX ghexport.holds_by_until;
ALTER TABLE ghexport.holds DROP COLUMN waiting;
DROP INDEX ghexport.audit_by_actor, ghexport.audit_by_action, ghexport.audit_by_at;
ALTER TABLE ghexport.audit DROP COLUMN origin;
