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
		want string
	}{
		"Nobody":             {NewIntegration("acme"), "Off"},
		"ChoicesAlone":       {Integration{}, "Off"},
		"EmailAlone":         {Integration{CreatedBy: &email}, "Needs details"},
		"KeyAlone":           {Integration{HasKey: true}, "Needs details"},
		"OnWithoutAnything":  {Integration{Enabled: true, SwitchedAt: &now}, "Needs details"},
		"Untested":           {complete(func(i *Integration) { i.Tested = false }), "Needs details"},
		"UntestedAndOn":      {complete(on, func(i *Integration) { i.Tested = false }), "Needs details"},
		"KeyStaysShut":       {complete(on, func(i *Integration) { i.DecryptFailedAt = &now }), "Needs details"},
		"Complete":           {complete(), "Ready"},
		"CompleteAndPaused":  {complete(func(i *Integration) { i.PausedAt = &now }), "Ready"},
		"On":                 {complete(on), "On"},
		"Refused":            {complete(on, func(i *Integration) { i.HoldCause, i.Held = &refused, &refused }), "On"},
		"Paused":             {complete(on, func(i *Integration) { i.PausedAt = &now }), "Paused by us"},
		"EverythingStopped":  {complete(on, func(i *Integration) { i.Held = &stopped }), "Paused by us"},
		"TurnedOff":          {complete(func(i *Integration) { i.SwitchedAt = &now }), "Paused by you"},
		"TurnedOffAndPaused": {complete(func(i *Integration) { i.SwitchedAt, i.PausedAt = &now, &now }), "Paused by you"},
		"TurnedOffUntested":  {complete(func(i *Integration) { i.SwitchedAt, i.Tested = &now, false }), "Needs details"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, c.is.connectionState().Words())
		})
	}
}
