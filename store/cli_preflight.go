package store

import (
	"context"
	"fmt"
)

// SchemaVersion is the newest of our migrations that was applied to the database, which may be newer than this binary. A database
// without the schema gives Postgres' error 42P01 or 3F000. needs is the newest migration that a binary must know to work with it:
// most migrations only add, and leave older binaries working.
func (s *Store) SchemaVersion(ctx context.Context) (version, needs int64, err error) {
	err = s.Pool.QueryRow(ctx, `
		SELECT v.version, c.needs_version
		  FROM (SELECT coalesce(max(version_id), 0) AS version FROM ghexport.goose_db_version WHERE is_applied) v
		 CROSS JOIN ghexport.control c`).Scan(&version, &needs)
	if err != nil {
		return 0, 0, fmt.Errorf("read the schema's version: %w", err)
	}
	return version, needs, nil
}

// HasDigestKey tells whether the service has ever made its digest key, without making it.
func (s *Store) HasDigestKey(ctx context.Context) (bool, error) {
	var has bool
	if err := s.Pool.QueryRow(ctx, "SELECT digest_key IS NOT NULL FROM ghexport.control").Scan(&has); err != nil {
		return false, fmt.Errorf("look for the digest key: %w", NotFound(err))
	}
	return has, nil
}
