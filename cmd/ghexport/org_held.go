package main

import (
	"context"
	"fmt"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// looksShown sets how many of a company's newest looks org show tells.
const looksShown = 10

// heldOrg is why a company may not send, in words, and what was found out about its credential lately.
type heldOrg struct {
	Why    *wording.Hold    `json:"why"`    // null when it may send
	Still  *wording.Still   `json:"still"`  // why its key sends nothing for now; null when it may
	Holds  []query.Hold     `json:"holds"`  // newest first
	Checks []store.CheckRow `json:"checks"` // newest first
}

func readHeld(ctx context.Context, st *store.Store, org string) (heldOrg, error) {
	var h heldOrg
	held, err := st.HoldFacts(ctx, org)
	if err != nil {
		return h, err
	}
	h.Why = wording.OfHold(held)
	still, err := st.Standstill(ctx, org)
	if err != nil {
		return h, err
	}
	h.Still = wording.OfStandstill(still)
	if h.Holds, err = query.In(st).Holds(ctx, query.HoldFilter{Org: org, Limit: looksShown}); err != nil {
		return h, err
	}
	h.Checks, err = st.Checks(ctx, org, looksShown)
	return h, err
}

func (c *cli) showHeld(h heldOrg) {
	if w := h.Why; w != nil {
		c.printf("\n%s\n%s\n", visible(w.What), visible(w.Why))
		for _, step := range w.Do {
			c.printf("- %s\n", visible(step))
		}
		c.printf("For us: %s\n", visible(w.Staff))
	}
	if h.Still != nil {
		c.printf("\n%s It goes on by itself.\n", h.Still.Says)
	}
	var rows [][]string
	for _, hold := range h.Holds {
		ended := "it lasts"
		if hold.Until != nil {
			ended = moment(*hold.Until) + " " + string(*hold.Ended)
		}
		rows = append(rows, []string{moment(hold.Since), ended, string(hold.Cause), fmt.Sprint(hold.Refused), fmt.Sprint(hold.Probes)})
	}
	if len(rows) > 0 {
		c.printf("\n")
		c.table([]column{{"held since", 20}, {"until", 29}, {"cause", 17}, {"refused", 7}, {"looks", 5}}, rows)
	}
	rows = nil
	for _, look := range h.Checks {
		rows = append(rows, []string{
			moment(look.At), string(look.Kind), string(look.Answer), or(look.Status, func(status int) string { return fmt.Sprint(status) }),
			or(look.KeyLast5, ending), or(look.CreatedBy, asText), or(look.Detail, asText),
		})
	}
	if len(rows) > 0 {
		c.printf("\n")
		c.table([]column{{"looked at", 20}, {"by", 5}, {"answer", 8}, {"http", 4}, {"key", 6}, {"created by", 20}, {"says", 16}}, rows)
	}
}
