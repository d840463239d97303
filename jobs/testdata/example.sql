-- The candidate of interview iv_123 wants to continue. The tables are those of product.sql.
BEGIN;

-- 1. Lock the interview before anything is read or written. Without it two decisions saved at the same moment each miss the other,
--    and neither message says that both said yes.
SELECT FROM product.interviews WHERE id = 'iv_123' FOR UPDATE;

-- 2. Change it, and raise its version in this same transaction.
INSERT INTO product.decisions (interview_id, who, yes) VALUES ('iv_123', 'candidate', true)
    ON CONFLICT (interview_id, who) DO UPDATE SET yes = excluded.yes;
UPDATE product.interviews SET version = version + 1 WHERE id = 'iv_123';

-- 3. Hand over what it is now. Name and email go along only once both said yes: until then the candidate is anonymous.
SELECT ghexport.enqueue(jsonb_build_object(
           'schema_version', 1,
           'org_id', i.org_id,
           'interview_id', i.id,
           'version', i.version,
           'interviewed_at', i.started_at, -- jsonb writes a timestamptz as RFC 3339 with its offset
           'interviewer_advances', d.interviewer,
           'candidate_continues', d.candidate,
           'candidate', jsonb_build_object(
               'id', c.id,
               'full_name', CASE WHEN d.interviewer AND d.candidate THEN c.name END,
               'email', CASE WHEN d.interviewer AND d.candidate THEN c.email END)))
  FROM product.interviews i
  JOIN product.candidates c ON c.id = i.candidate_id
 CROSS JOIN LATERAL (
       SELECT bool_and(yes) FILTER (WHERE who = 'interviewer') AS interviewer,
              bool_and(yes) FILTER (WHERE who = 'candidate') AS candidate
         FROM product.decisions
        WHERE interview_id = i.id) d
 WHERE i.id = 'iv_123';

COMMIT;
