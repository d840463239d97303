-- What is sent by a person's word, which a person may take back, is told from what Greenhouse answered; and whose a profile is, is found
-- by its id. Additive: older binaries write neither, so that what is said through them counts as answered.

-- +goose Up
CREATE TABLE ghexport.presences (
    export_id               bigint PRIMARY KEY,
    greenhouse_candidate_id bigint NOT NULL,
    said_at                 timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE ghexport.presences IS 'Exports that are sent because a person said so (resolve --present), and not because Greenhouse answered. A row goes when a person says otherwise, and when an answer names the same candidate. Whoever names a profile locks the table against others who do.';
COMMENT ON COLUMN ghexport.presences.export_id IS 'The export.';
COMMENT ON COLUMN ghexport.presences.greenhouse_candidate_id IS 'Greenhouse''s id of the candidate that the person named.';
COMMENT ON COLUMN ghexport.presences.said_at IS 'When it was said; who and why is in the audit trail.';

INSERT INTO ghexport.presences (export_id, greenhouse_candidate_id, said_at)
SELECT e.id, e.greenhouse_candidate_id, max(a.at)
  FROM ghexport.audit a
  JOIN ghexport.exports e ON e.id = a.export_id
 WHERE a.action = 'resolve --present'
   AND e.state = 'sent'
   AND e.greenhouse_candidate_id IS NOT NULL
   AND NOT EXISTS (SELECT FROM ghexport.attempts t WHERE t.export_id = e.id AND t.outcome = 'sent')
 GROUP BY e.id;

-- A settle clears job_id, which is indexed, so it is no heap-only update with or without this index; an intent does not touch the column.
CREATE INDEX exports_by_profile ON ghexport.exports (greenhouse_candidate_id) WHERE greenhouse_candidate_id IS NOT NULL;

-- +goose Down
DROP INDEX ghexport.exports_by_profile;
DROP TABLE ghexport.presences;
