package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

const (
	reconcileIDs   = 50               // ids in one request, as many as Greenhouse's other APIs take
	reconcileLimit = 15 * time.Second // of one request
)

// reconciliation holds what was compared, and what differs.
type reconciliation struct {
	Since     time.Time            `json:"since"`
	Checked   int                  `json:"checked"`    // sent exports whose ids Greenhouse was asked for
	Unseen    []query.SentExport   `json:"unseen"`     // of them, those that it did not show
	Unasked   map[string]string    `json:"unasked"`    // companies that could not be asked, and why
	Restored  bool                 `json:"restored"`   // the ledger may have forgotten what it sent
	MaybeSent []query.UnsentExport `json:"maybe_sent"` // then: what would go, and may be there already
}

var errDiffers = errors.New("ledger and Greenhouse may differ")

func (c *cli) reconcile() *cobra.Command {
	var filter struct{ org, since string }
	var asJSON, restored bool
	cmd := &cobra.Command{
		Use: "reconcile --since D", Short: "Compare the ledger with Greenhouse; exit 1 where they may differ",
		Long: "Asks Greenhouse for the candidates of everything sent since D, by the ids that it gave them. It leaves out, without a word,\n" +
			"those that were deleted or merged there and those that the created-by user may not see: look before you act.\n\n" +
			"After a restore (the guard stopped everything, or --restored) it also lists what would be sent when sending\n" +
			"resumes: each may have been sent after the backup was made, and Greenhouse cannot be searched for it. Look each up there by\n" +
			"hand; what is there, ghexport discard; then ghexport resume --all --reason TEXT. It changes nothing.",
		Example: "  ghexport reconcile --since 2d\n  ghexport reconcile --since 2026-11-24T00:00:00Z --org acme --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if filter.since == "" {
				return usagef("--since is required: a duration back (2h, 3d), or the moment of the backup")
			}
			from, err := since(filter.since, time.Now())
			if err != nil {
				return err
			}
			st, config, err := c.open(cmd.Context(), "reconcile", needKeyset)
			if err != nil {
				return err
			}
			defer st.Close()
			found, err := c.compare(cmd.Context(), st, config, filter.org, from, restored)
			if err != nil {
				return err
			}
			if asJSON {
				err = c.json(found)
			} else {
				c.showReconciliation(found)
			}
			if err == nil && len(found.Unseen)+len(found.MaybeSent)+len(found.Unasked) > 0 {
				err = errDiffers
			}
			return err
		},
	}
	cmd.Flags().StringVar(&filter.since, "since", "", "what was sent since: a duration back (2h, 3d) or a moment; required")
	cmd.Flags().StringVar(&filter.org, "org", "", "only this company")
	cmd.Flags().BoolVar(&restored, "restored", false, "the ledger comes from a backup: list what may have been sent already")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func (c *cli) compare(ctx context.Context, st *store.Store, config Config, org string, from time.Time, restored bool) (reconciliation, error) {
	found := reconciliation{Since: from, Unseen: []query.SentExport{}, MaybeSent: []query.UnsentExport{}, Unasked: map[string]string{}, Restored: restored}
	sent, err := query.In(st).SentSince(ctx, org, from)
	if err != nil {
		return found, err
	}
	keyset, err := config.openKeyset()
	if err != nil {
		return found, err
	}
	client := config.greenhouse()
	defer client.CloseIdleConnections()
	for len(sent) > 0 {
		n := slices.IndexFunc(sent, func(e query.SentExport) bool { return e.OrgID != sent[0].OrgID })
		if n < 0 {
			n = len(sent)
		}
		batch := sent[:min(n, reconcileIDs)]
		sent = sent[len(batch):]
		unseen, err := askFor(ctx, st, keyset, client, batch)
		if err != nil {
			found.Unasked[batch[0].OrgID] = err.Error()
			continue
		}
		found.Checked += len(batch)
		found.Unseen = append(found.Unseen, unseen...)
	}
	doubt, err := st.Doubt(ctx, nil)
	if found.Restored = restored || doubt != ""; err == nil && found.Restored {
		found.MaybeSent, err = query.In(st).Unsent(ctx, org)
	}
	return found, err
}

// askFor returns those of one company's exports whose candidates Greenhouse does not show.
func askFor(
	ctx context.Context, st *store.Store, keyset *seal.Keyset, client *greenhouse.Client, batch []query.SentExport,
) (unseen []query.SentExport, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, reconcileLimit, fmt.Errorf("no answer from Greenhouse within %s", reconcileLimit))
	defer cancel()
	sealed, err := st.Credential(ctx, batch[0].OrgID)
	if err != nil {
		return nil, err
	}
	key, err := keyset.Open(batch[0].OrgID, sealed.SealedKey)
	if err != nil {
		return nil, err
	}
	if free, err := st.ChargeBudget(ctx, sealed.KeyDigest, 1); err != nil || !free {
		return nil, errors.Join(err, errors.New("its budget of requests is spent; try again in a moment"))
	}
	ids := make([]int64, len(batch))
	for i, e := range batch {
		ids[i] = e.CandidateID
	}
	there, _, err := client.ReadStatus(ctx, greenhouse.Credential{Key: greenhouse.NewSecret(string(key)), OnBehalfOf: sealed.CreatedBy}, ids)
	if err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	for _, candidate := range there {
		seen[candidate.ID] = true
	}
	return slices.DeleteFunc(slices.Clone(batch), func(e query.SentExport) bool { return seen[e.CandidateID] }), nil
}

func (c *cli) showReconciliation(found reconciliation) {
	c.showAsked(found)
	c.showDifferences(found.Unseen, found.MaybeSent)
	if found.Restored {
		c.printf("\nthe ledger may have forgotten what it sent: look each up in Greenhouse,\ndiscard what is there, then ghexport resume --all --reason TEXT\n")
	}
}

// showAsked says what Greenhouse was asked, and what it could not be asked.
func (c *cli) showAsked(found reconciliation) {
	c.printf("asked Greenhouse for %s sent since %s\n", count(int64(found.Checked), "candidate"), moment(found.Since))
	for org, why := range found.Unasked {
		c.printf("%s could not be asked: %s\n", visible(org), visible(why))
	}
}

// showDifferences lists what was sent and is not shown, and what may be there already.
func (c *cli) showDifferences(unseen []query.SentExport, maybe []query.UnsentExport) {
	columns := []column{{"export", 10}, {"company", 24}, {"interview", 30}, {"", 34}}
	var rows [][]string
	for _, e := range unseen {
		rows = append(rows, []string{fmt.Sprint(e.ID), e.OrgID, e.InterviewID, fmt.Sprintf("sent as %d, not shown there", e.CandidateID)})
	}
	for _, e := range maybe {
		id := "-"
		if e.ID != nil {
			id = fmt.Sprint(*e.ID)
		}
		rows = append(rows, []string{id, e.OrgID, e.InterviewID, e.State + ": may have been sent already"})
	}
	if len(rows) > 0 {
		c.table(columns, rows)
	}
}
