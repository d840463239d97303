package connections

import (
	"context"
	"fmt"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
)

// narrow finds out which half of a refused pair is wrong, as Greenhouse's 401 does not say. Each half is tried with the other half of
// the stored pair, which proves it when that is accepted; else it is told what is remembered of pairs that were.
func (c *Connections) narrow(ctx context.Context, p pair, f *findings) error {
	last := &f.report.Checks[len(f.report.Checks)-1]
	key, user, err := c.Store.Worked(ctx, p.org, p.digest, p.createdBy)
	if err != nil {
		return err
	}
	other := ""
	switch {
	case p.stored != nil && p.stored.createdBy != p.createdBy:
		other = p.stored.createdBy
	case key != nil:
		other = key.With
	}
	if other != "" {
		works, err := c.accepts(ctx, p, p.key, other)
		if err != nil {
			return err
		}
		if works {
			blame(last, fmt.Sprintf("refused (401): the email. The key works: with %s Greenhouse accepts it just now", other),
				fmt.Sprintf("%s is not an active user of your Greenhouse, or its address there is another one", p.createdBy),
				"look at the address under Configure > Users, letter by letter; a deactivated user has to be activated again")
			return nil
		}
	}
	if p.stored != nil && p.stored.key != p.key {
		works, err := c.accepts(ctx, p, p.stored.key, p.createdBy)
		if err != nil {
			return err
		}
		if works {
			blame(last, fmt.Sprintf("refused (401): the new key. The email works: with the saved key (…%s) Greenhouse accepts it just now", seal.Last5(p.stored.key)),
				"the new key is of another type, was copied in part, or was made in another organisation",
				"create a key of the type Candidate Ingestion with the partner interviewing.io (Configure > Dev Center > API Credential Management) and copy it whole")
			return nil
		}
	}
	remember(last, p, key, user)
	return nil
}

// remember adds what is known of the past, where nothing could be proven.
func remember(line *store.TestCheck, p pair, key, user *ledger.Worked) {
	day := func(w *ledger.Worked) string { return w.At.UTC().Format("2 January 2006") }
	switch {
	case p.version != 0:
		line.Why = "both were accepted before, so the key was revoked in Greenhouse, or the user was deactivated or has another address now"
	case user != nil:
		line.Why = fmt.Sprintf("%s was accepted with the key …%s on %s, so look at the key first", p.createdBy, user.With, day(user))
	case key != nil:
		line.Why = fmt.Sprintf("this key was accepted with another user on %s, so look at the email first", day(key))
	}
}

func blame(line *store.TestCheck, says, why, hint string) {
	line.Says, line.Why, line.Hint = says, why, hint
}

// accepts asks Greenhouse about a half of a refused pair with another half, where the key's budget allows it, and keeps what it says. No
// answer proves nothing.
func (c *Connections) accepts(ctx context.Context, p pair, key, createdBy string) (bool, error) {
	digest := c.Digests.Key(key)
	if p.stored != nil && key == p.stored.key {
		if free, err := c.Store.ChargeBudget(ctx, digest, 1); err != nil || !free {
			return false, err
		}
	}
	_, _, err := c.client(p.testing).CurrentUser(ctx, greenhouse.Credential{Key: greenhouse.NewSecret(key), OnBehalfOf: createdBy})
	if err != nil {
		return false, ctx.Err()
	}
	return true, c.Store.AddTest(ctx, store.TestedCredential{
		OrgID: p.org, KeyDigest: digest, KeyLast5: seal.Last5(key), CreatedBy: createdBy, Answer: store.CheckAccepted, Status: 200,
	})
}
