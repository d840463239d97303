-- What the pages of the ledger show, and the indexes by which they find it. Additive: older binaries go on working.
-- The indexes keep the rule of 00001: none names `state`, a deadline or another column that each step of a send rewrites. They are
-- built here and not CONCURRENTLY, since a second `migrate` that waits for its turn would be waited for; sends wait a second or two a
-- million rows, producers do not wait at all.

-- +goose Up
ALTER TABLE ghexport.exports
    ADD COLUMN advanced_at   timestamptz,
    ADD COLUMN continued_at  timestamptz,
    ADD COLUMN later_body_id bigint;
COMMENT ON COLUMN ghexport.exports.advanced_at IS 'When the interviewer''s yes was committed by the producer; null without one, and for what was folded before this column.';
COMMENT ON COLUMN ghexport.exports.continued_at IS 'When the candidate''s yes was, likewise.';
COMMENT ON COLUMN ghexport.exports.later_body_id IS 'What a newer result says that came after this was sent (bodies.id), for a person to copy; it is never sent.';

ALTER TABLE ghexport.attempts
    ADD COLUMN next_at          timestamptz,
    ADD COLUMN budget_limit     integer,
    ADD COLUMN budget_remaining integer;
COMMENT ON COLUMN ghexport.attempts.next_at IS 'When the export was due again after this attempt; null where nothing followed by itself.';
COMMENT ON COLUMN ghexport.attempts.budget_limit IS 'Requests a window, as the answer''s headers said; null where they did not.';
COMMENT ON COLUMN ghexport.attempts.budget_remaining IS 'Requests left of that window after this attempt, likewise.';

CREATE INDEX exports_by_org ON ghexport.exports (org_id, id);
CREATE INDEX exports_by_cause ON ghexport.exports (cause, id) WHERE cause IS NOT NULL;
CREATE INDEX exports_attention_by_id ON ghexport.exports (id) WHERE attention_at IS NOT NULL;
CREATE INDEX exports_attention_by_org ON ghexport.exports (org_id, id) WHERE attention_at IS NOT NULL;

-- +goose Down
DROP INDEX ghexport.exports_attention_by_org, ghexport.exports_attention_by_id, ghexport.exports_by_cause, ghexport.exports_by_org;
ALTER TABLE ghexport.attempts DROP COLUMN next_at, DROP COLUMN budget_limit, DROP COLUMN budget_remaining;
ALTER TABLE ghexport.exports DROP COLUMN advanced_at, DROP COLUMN continued_at, DROP COLUMN later_body_id;
