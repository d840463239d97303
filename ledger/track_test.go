package ledger

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTracked_NextLook(t *testing.T) {
	t.Parallel()
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	for name, c := range map[string]struct {
		tracked Tracked
		next    time.Duration
		ends    bool
	}{
		"JustSent":            {Tracked{SentAt: noon}, 5 * time.Minute, false},
		"SentAheadOfOurClock": {Tracked{SentAt: noon.Add(time.Minute)}, 5 * time.Minute, false},
		"AfterAnHour":         {Tracked{SentAt: ago(time.Hour)}, time.Hour, false},
		"AfterADay":           {Tracked{SentAt: ago(day)}, 6 * time.Hour, false},
		"AfterAWeek":          {Tracked{SentAt: ago(7 * day)}, day, false},
		"AfterAMonth":         {Tracked{SentAt: ago(30 * day)}, 3 * day, false},
		"AfterHalfAYear":      {Tracked{SentAt: ago(180 * day), Status: TrackActive}, 14 * day, false},
		"OldButJustMoved":     {Tracked{SentAt: ago(400 * day), MovedAt: noon, Status: TrackActive}, 5 * time.Minute, false},
		"LeftOut":             {Tracked{SentAt: ago(2 * time.Hour), MissingSince: ago(time.Hour)}, day, false},
		"LeftOutForLong":      {Tracked{SentAt: ago(400 * day), MissingSince: ago(399 * day)}, 14 * day, false},
		"UnknownStatus":       {Tracked{SentAt: ago(7 * day), Status: "converted"}, day, false},
		"Hired":               {Tracked{SentAt: noon, Status: TrackHired}, 0, true},
		"Rejected":            {Tracked{SentAt: ago(90 * day), MovedAt: noon, Status: TrackRejected}, 7 * day, false},
		"RejectedLastLook":    {Tracked{SentAt: ago(90 * day), MovedAt: ago(59 * day), Status: TrackRejected}, day, false},
		"RejectedFor60Days":   {Tracked{SentAt: ago(90 * day), MovedAt: ago(60 * day), Status: TrackRejected}, 0, true},
		"Gone":                {Tracked{SentAt: noon, Status: TrackActive, End: EndDeleted}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			next, more := c.tracked.NextLook(noon)
			assert.Equal(t, c.ends, !more)
			if more {
				assert.Equal(t, c.next, next)
			}
		})
	}
}

func TestTracked_Observe(t *testing.T) {
	t.Parallel()
	sent := Tracked{Candidate: 7, Application: 70, OwnApplication: 70, SentAt: noon}
	standing := func(app int64, status TrackStatus, stage string) Tracked {
		t := sent
		t.Application, t.Status, t.Stage, t.SeenAt, t.MovedAt = app, status, stage, noon, noon
		return t
	}
	there := func(whole bool, apps ...Application) Observation {
		return Observation{Candidate: 7, As: ObservedThere, At: noon.Add(time.Hour), Whole: whole, Applications: apps}
	}
	at := func(o Observation, d time.Duration) Observation { o.At = noon.Add(d); return o }
	merged := Observation{Candidate: 7, As: ObservedMerged, At: noon, Into: 8}
	gone := Tracked{Candidate: 7, End: EndDeleted, EndAt: noon}
	type want struct {
		change  TrackChange
		counted bool
		app     int64
		status  TrackStatus
		stage   string
	}
	for name, c := range map[string]struct {
		before Tracked
		o      Observation
		want   want
	}{
		"FirstSight":              {sent, there(true, Application{70, "Active", "Review", ""}), want{ChangeSeen, true, 70, TrackActive, "Review"}},
		"FirstSightWithoutStatus": {sent, there(true, Application{70, "", "Review", ""}), want{ChangeSeen, true, 70, "", "Review"}},
		"FirstSightOfAHire":       {sent, there(true, Application{70, "HIRED", "Offer", ""}), want{ChangeHired, true, 70, TrackHired, "Offer"}},
		"NothingNew":              {standing(70, "active", "Review"), there(true, Application{70, "Active", "Review", ""}), want{"", true, 70, TrackActive, "Review"}},
		"AnotherStage":            {standing(70, "active", "Review"), there(true, Application{70, "active", "Phone", ""}), want{ChangeMoved, true, 70, TrackActive, "Phone"}},
		"Rejected":                {standing(70, "active", "Phone"), there(true, Application{70, "rejected", "Phone", ""}), want{ChangeRejected, true, 70, TrackRejected, "Phone"}},
		"Unrejected":              {standing(70, "rejected", "Phone"), there(false, Application{70, "active", "Phone", ""}), want{ChangeUnrejected, true, 70, TrackActive, "Phone"}},
		"Unhired":                 {standing(70, "hired", "Offer"), there(false, Application{70, "active", "Offer", ""}), want{ChangeUnhired, true, 70, TrackActive, "Offer"}},
		"HiredElsewhere": {standing(70, "rejected", "Phone"), there(true, Application{70, "rejected", "Phone", ""}, Application{71, "hired", "Offer", "B"}),
			want{ChangeHired, true, 71, TrackHired, "Offer"}},
		"OwnBeforeOthers": {standing(70, "active", "Phone"), there(true, Application{71, "active", "Review", ""}, Application{70, "active", "Phone", ""}),
			want{"", true, 70, TrackActive, "Phone"}},
		"RejectedElsewhereOnly": {standing(70, "active", "Phone"), there(false, Application{71, "rejected", "X", ""}), want{"", false, 70, TrackActive, "Phone"}},
		"MovedOnElsewhere":      {standing(70, "rejected", "Phone"), there(false, Application{71, "active", "X", ""}), want{ChangeUnrejected, true, 71, TrackActive, "X"}},
		"HiredStaysHired":       {standing(70, "hired", "Offer"), there(false, Application{71, "active", "X", ""}), want{"", false, 70, TrackHired, "Offer"}},
		"WithoutApplications":   {standing(70, "active", "Phone"), there(true), want{"", true, 70, TrackActive, "Phone"}},
		"EventWithoutAny":       {standing(70, "active", "Phone"), there(false), want{"", false, 70, TrackActive, "Phone"}},
		"Older":                 {standing(70, "active", "Phone"), at(there(true, Application{70, "active", "Review", ""}), -time.Hour), want{"", false, 70, TrackActive, "Phone"}},
		"OfAnother": {standing(70, "active", "Phone"), Observation{Candidate: 9, As: ObservedDeleted, At: noon.Add(time.Hour)},
			want{"", false, 70, TrackActive, "Phone"}},
		"LeftOut": {standing(70, "active", "Phone"), Observation{Candidate: 7, As: ObservedMissing, At: noon.Add(time.Hour)},
			want{"", true, 70, TrackActive, "Phone"}},
		"DeletedLate": {standing(70, "active", "Phone"), Observation{Candidate: 7, As: ObservedDeleted, At: noon.Add(-time.Hour)},
			want{ChangeGone, true, 70, TrackActive, "Phone"}},
		"Anonymised":        {standing(70, "active", "Phone"), Observation{Candidate: 7, As: ObservedAnonymised, At: noon}, want{ChangeGone, true, 70, TrackActive, "Phone"}},
		"NothingAfterGone":  {gone, there(true, Application{70, "active", "Phone", ""}), want{"", false, 0, "", ""}},
		"Merged":            {standing(70, "active", "Phone"), merged, want{ChangeMerged, true, 70, TrackActive, "Phone"}},
		"MergedAfterGone":   {gone, merged, want{ChangeMerged, true, 0, "", ""}},
		"MergedIntoNothing": {standing(70, "active", "Phone"), Observation{Candidate: 7, As: ObservedMerged, At: noon}, want{"", false, 70, TrackActive, "Phone"}},
		"MergedButErased":   {Tracked{Candidate: 7, End: EndErased}, merged, want{"", false, 0, "", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			after, change, counted := c.before.Observe(c.o)
			assert.Equal(t, c.want, want{change, counted, after.Application, after.Status, after.Stage})
			if change == ChangeMerged {
				assert.Equal(t, int64(8), after.Candidate)
				assert.Equal(t, EndNone, after.End)
			}
			if c.o.As == ObservedMissing {
				assert.Equal(t, c.o.At, after.MissingSince)
				assert.Equal(t, EndNone, after.End, "silence ends nothing")
			}
			again, change, _ := after.Observe(c.o)
			assert.Equal(t, ChangeNone, change, "the same again changes nothing")
			assert.Equal(t, after, again)
		})
	}
}

func TestTracked_FirstMove(t *testing.T) {
	t.Parallel()
	see := func(t Tracked, d time.Duration, stage string) Tracked {
		after, _, _ := t.Observe(Observation{Candidate: 7, As: ObservedThere, At: noon.Add(d), Whole: true, Applications: []Application{{70, "active", stage, ""}}})
		return after
	}
	tracked := see(Tracked{Candidate: 7, SentAt: noon}, time.Hour, "Review")
	assert.Zero(t, tracked.FirstMovedAt, "where it was seen first is no move")
	tracked = see(see(tracked, 2*time.Hour, "Phone"), 3*time.Hour, "Offer")
	assert.Equal(t, noon.Add(2*time.Hour), tracked.FirstMovedAt)
	assert.Equal(t, noon.Add(3*time.Hour), tracked.MovedAt)
}
