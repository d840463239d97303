-- Siblings are looked up by hash. A plan for 50,000 dead letters asks 100,000 times whether a candidate was sent before; an answer costs
-- half as much as from the b-trees, whose keys begin with the company's name and tell nothing apart by it. Searches for a person over all
-- companies, which those could not serve, find by these too. Additive: older binaries ask the same of either.

-- +goose Up
-- Made beside the old ones, which are dropped last: until then whoever reads the ledger reads on. Producers never wait.
CREATE INDEX exports_by_candidate_hash ON ghexport.exports USING hash (candidate_digest) WHERE candidate_digest IS NOT NULL;
CREATE INDEX exports_by_email_hash ON ghexport.exports USING hash (email_digest) WHERE email_digest IS NOT NULL;
DROP INDEX ghexport.exports_by_candidate, ghexport.exports_by_email;
ALTER INDEX ghexport.exports_by_candidate_hash RENAME TO exports_by_candidate;
ALTER INDEX ghexport.exports_by_email_hash RENAME TO exports_by_email;

-- +goose Down
DROP INDEX ghexport.exports_by_email, ghexport.exports_by_candidate;
CREATE INDEX exports_by_candidate ON ghexport.exports (org_id, candidate_digest) WHERE candidate_digest IS NOT NULL;
CREATE INDEX exports_by_email ON ghexport.exports (org_id, email_digest) WHERE email_digest IS NOT NULL;
