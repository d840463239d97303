package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// The table is the specification of the states that a company's admin sees.
func TestConnectionState(t *testing.T) {
	t.Parallel()
	email, now, stopped, refused := "lee@acme.example", time.Now(), ledger.CauseStopped, ledger.CauseAuthRejected
	complete := func(edit ...func(*Integration)) Integration {
		i := Integration{HasKey: true, CreatedBy: &email, Tested: true}
		for _, f := range edit {
			f(&i)
		}
		return i
	}
	on := func(i *Integration) { i.Enabled, i.SwitchedAt = true, &now }
	for name, c := range map[string]struct {
		is   Integration
		want ledger.ConnectionState
	}{
		"Nobody":             {NewIntegration("acme"), ledger.ConnectionOff},
		"ChoicesAlone":       {Integration{}, ledger.ConnectionOff},
		"EmailAlone":         {Integration{CreatedBy: &email}, ledger.ConnectionNeedsDetails},
		"KeyAlone":           {Integration{HasKey: true}, ledger.ConnectionNeedsDetails},
		"OnWithoutAnything":  {Integration{Enabled: true, SwitchedAt: &now}, ledger.ConnectionNeedsDetails},
		"Untested":           {complete(func(i *Integration) { i.Tested = false }), ledger.ConnectionNeedsDetails},
		"UntestedAndOn":      {complete(on, func(i *Integration) { i.Tested = false }), ledger.ConnectionNeedsDetails},
		"KeyStaysShut":       {complete(on, func(i *Integration) { i.DecryptFailedAt = &now }), ledger.ConnectionNeedsDetails},
		"Complete":           {complete(), ledger.ConnectionReady},
		"CompleteAndPaused":  {complete(func(i *Integration) { i.PausedAt = &now }), ledger.ConnectionReady},
		"On":                 {complete(on), ledger.ConnectionOn},
		"Refused":            {complete(on, func(i *Integration) { i.HoldCause, i.Held = &refused, &refused }), ledger.ConnectionOn},
		"Paused":             {complete(on, func(i *Integration) { i.PausedAt = &now }), ledger.ConnectionPausedByUs},
		"EverythingStopped":  {complete(on, func(i *Integration) { i.Held = &stopped }), ledger.ConnectionPausedByUs},
		"TurnedOff":          {complete(func(i *Integration) { i.SwitchedAt = &now }), ledger.ConnectionPausedByYou},
		"TurnedOffAndPaused": {complete(func(i *Integration) { i.SwitchedAt, i.PausedAt = &now, &now }), ledger.ConnectionPausedByYou},
		"TurnedOffUntested":  {complete(func(i *Integration) { i.SwitchedAt, i.Tested = &now, false }), ledger.ConnectionNeedsDetails},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, c.is.connectionState())
		})
	}
}
