-- Messages are looked up by interview first, as the ledger is: `why` asks for an interview of whichever company, for which an index that
-- begins with the company was read from end to end. Whoever names both is served by either order. Additive: older binaries ask the same.

-- +goose Up
-- Made beside the old ones, which are dropped last. Producers wait while the outbox's is built: a moment, unless millions lie there.
CREATE INDEX outbox_by_interview_first ON ghexport.outbox (interview_id, org_id);
CREATE INDEX rejected_by_interview_first ON ghexport.rejected (interview_id, org_id);
DROP INDEX ghexport.outbox_by_interview, ghexport.rejected_by_interview;
ALTER INDEX ghexport.outbox_by_interview_first RENAME TO outbox_by_interview;
ALTER INDEX ghexport.rejected_by_interview_first RENAME TO rejected_by_interview;

-- +goose Down
DROP INDEX ghexport.rejected_by_interview, ghexport.outbox_by_interview;
CREATE INDEX outbox_by_interview ON ghexport.outbox (org_id, interview_id);
CREATE INDEX rejected_by_interview ON ghexport.rejected (org_id, interview_id);
