-- Which keys each node has, so that nothing is sealed anew under one that a node would not open. Additive: older binaries write none.

-- +goose Up
ALTER TABLE ghexport.nodes ADD COLUMN keys bigint[];
COMMENT ON COLUMN ghexport.nodes.keys IS 'Ids of the keys in its keyset, which are no secret; null for a binary that does not say.';

-- +goose Down
ALTER TABLE ghexport.nodes DROP COLUMN keys;
