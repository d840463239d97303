package connections

import (
	"context"
	"errors"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
)

// pair is a key and a created-by, and how they stand to those that are stored.
type pair struct {
	org       string
	key       string
	createdBy string
	digest    []byte
	stored    *storedPair // nil where none is, or its key does not open
	version   int64       // of the stored credential, where this is it; 0: it is not
	chosen    store.Choices
	testing   bool // its company is in test mode
}

// storedPair is the company's present credential, opened.
type storedPair struct {
	key       string
	createdBy string
	digest    []byte
}

func (p pair) credential() greenhouse.Credential {
	return greenhouse.Credential{Key: greenhouse.NewSecret(p.key), OnBehalfOf: p.createdBy}
}

// errKeyStaysShut says that a stored key is needed and does not open.
var errKeyStaysShut = errors.New("the stored key does not open: paste it again")

// pairOf completes what was pasted with what is stored. It may return several [*store.SettingError] joined.
func (c *Connections) pairOf(ctx context.Context, i store.Integration, pasted store.APIKey, createdBy string) (pair, error) {
	createdBy = jobs.PastedEmail(createdBy)
	p := pair{org: i.OrgID, createdBy: createdBy, chosen: i.Choices, testing: i.TestSince != nil}
	var wrong []error
	if pasted != "" {
		key, err := seal.CleanAPIKey(string(pasted))
		if err != nil {
			wrong = append(wrong, &store.SettingError{Field: "key", Must: "the API key as Greenhouse showed it: " + err.Error()})
		}
		p.key = key
	}
	if createdBy == "" && i.CreatedBy != nil {
		p.createdBy = *i.CreatedBy
	}
	if createdBy != "" && !store.IsEmail(createdBy) {
		wrong = append(wrong, &store.SettingError{Field: "created_by", Must: "the email of a Greenhouse user of the company"})
	}
	if err := errors.Join(wrong...); err != nil {
		return p, err
	}
	if err := c.open(ctx, i, &p); err != nil {
		return p, err
	}
	return p, p.missing()
}

// missingError says what a pair lacks, as fields.
type missingError struct{ fields []error }

// Error names them.
func (e *missingError) Error() string { return errors.Join(e.fields...).Error() }

// Unwrap gives each as a [*store.SettingError].
func (e *missingError) Unwrap() []error { return e.fields }

func (p pair) missing() error {
	var lacks []error
	if p.key == "" {
		lacks = append(lacks, &store.SettingError{Field: "key", Must: "given: none is saved yet"})
	}
	if p.createdBy == "" {
		lacks = append(lacks, &store.SettingError{Field: "created_by", Must: "given: none is saved yet"})
	}
	if lacks == nil {
		return nil
	}
	return &missingError{lacks}
}

// open reads the stored credential beside a pair, and takes its key where none was pasted.
func (c *Connections) open(ctx context.Context, i store.Integration, p *pair) error {
	if i.HasKey {
		stored, err := c.Store.Credential(ctx, i.OrgID)
		if err != nil {
			return err
		}
		key, err := c.Keyset.Open(i.OrgID, stored.SealedKey)
		if err != nil && p.key == "" {
			return errKeyStaysShut
		}
		if err == nil {
			p.stored = &storedPair{key: string(key), createdBy: stored.CreatedBy, digest: stored.KeyDigest}
			if p.key == "" {
				p.key = string(key)
			}
			if p.key == p.stored.key && p.createdBy == stored.CreatedBy {
				p.version = stored.Version
			}
		}
	}
	p.digest = c.Digests.Key(p.key)
	return nil
}
