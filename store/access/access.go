package access

import (
	"context"
	"fmt"

	"github.com/interviewing-io/greenhouse-export/store"
)

// ExportOrg is the company of an export, or [store.ErrNotFound]: what has to be known before the rest of it may be shown.
func (s Store) ExportOrg(ctx context.Context, id int64) (string, error) {
	var org string
	if err := s.Pool.QueryRow(ctx, "SELECT org_id FROM ghexport.exports WHERE id = $1", id).Scan(&org); err != nil {
		return "", fmt.Errorf("company of export %d: %w", id, store.NotFound(err))
	}
	return org, nil
}
