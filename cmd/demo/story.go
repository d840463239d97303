package main

import (
	"time"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

var ada = person{"cand_ada", "Ada King Lovelace"}

const refusedBody = `{"errors":[{"message":"Must be an email address","field":"emails"}]}`

// story holds what the demo plays, in this order.
var story = []scene{
	{
		org: "acme", interview: 101, who: ada, what: "interviewer and candidate both said yes",
		play: []step{hands()}, want: outcome{"sent", "", 1}, why: "one request, one candidate, one note",
	},
	{
		org: "acme", interview: 102, who: person{"cand_no", "Nora Nay"}, what: "the interviewer said no",
		play: []step{hands(decisions(new(false), nil), anonymous)}, want: outcome{"ineligible", "decision.no", 0},
		why: "without two yeses nobody leaves",
	},
	{
		org: "acme", interview: 103, who: person{"cand_wait", "Walt Waite"}, what: "the candidate has not answered yet",
		play: []step{hands(decisions(new(true), nil), anonymous)}, want: outcome{"ineligible", "decision.missing", 0},
		why: "no answer is not a yes",
	},
	{
		org: "acme", interview: 104, who: person{"cand_practice", "Pat Practice"}, what: "a practice interview, both said yes",
		play: []step{hands(practice)}, want: outcome{"ineligible", "practice", 0}, why: "practice is never exported",
	},
	{
		org: "acme", interview: 105, who: person{"cand_rollback", "Rolf Rollback"}, what: "the producer's transaction rolled back",
		play: []step{rollsBack}, want: outcome{}, why: "what was not committed never happened",
	},
	{
		org: "acme", interview: 106, who: person{"cand_repeat", "Rita Repeat"}, what: "the same result, three times over",
		play: []step{hands(), hands(), hands()}, want: outcome{"sent", "", 1}, why: "company and interview are the key",
	},
	{
		org: "acme", interview: 107, who: person{"cand_update", "Uma Update"}, what: "paused; versions 1, 3, 2 came; resumed",
		play: []step{
			operator("org", "pause", "acme", "--reason", "demo"),
			hands(), becomes("held", "paused"),
			hands(version(3), feedback("Version 3, the newest.")), hands(version(2), feedback("Version 2, late.")),
			becomes("held", "paused"),
			operator("org", "resume", "acme", "--reason", "demo"),
		},
		want: outcome{"sent", "", 1}, why: "once, and as version 3 says", note: `"Version 3, the newest."`,
	},
	{
		org: "acme", interview: 108, who: person{"cand_withdrawn", "Will Withdraw"}, what: "paused; yes, then withdrawn; resumed",
		play: []step{
			operator("org", "pause", "acme", "--reason", "demo"),
			hands(), becomes("held", "paused"), hands(version(2), decisions(new(true), new(false)), anonymous),
			operator("org", "resume", "acme", "--reason", "demo"),
		},
		want: outcome{"ineligible", "withdrawn", 0}, why: "a withdrawal wins over a waiting send",
	},
	{
		org: "acme", interview: 109, who: ada, what: "a second interview of Ada (iv_101)",
		play: []step{hands()}, want: outcome{"duplicate", "duplicate.possible", 0}, why: "a person decides on a second profile",
	},
	{
		org: "acme", interview: 110, who: person{"cand_moved", "Mona Moved"}, what: "a recruiter moved her on in Greenhouse",
		play: []step{hands(), becomes("sent", ""), movesOn("Onsite"), operator("org", "track", "acme", "--reason", "demo"), stands("Onsite")},
		want: outcome{"sent", "", 1}, why: "status() says where she stands",
	},
	{
		org: "globex", interview: 201, who: person{"cand_bjork", "Björk"}, what: "one yes, then the other, from plain SQL",
		play: []step{handsSQL(decisions(nil, new(true)), anonymous), becomes("ineligible", "decision.missing"), handsSQL(version(2))},
		want: outcome{"sent", "", 1}, why: "sent at the second yes",
	},
	{
		org: "globex", interview: 202, who: person{"cand_lost", "Lois Lost"}, what: "Greenhouse kept it; its reply got lost",
		play: []step{meets(greenhousesim.Fault{Cut: greenhousesim.CutAfter}), hands()},
		want: outcome{"unknown", "outcome.unknown", 1}, why: "never resent by itself: a person looks",
	},
	{
		org: "globex", interview: 203, who: person{"cand_heard", "Hera Heard"}, what: "its reply got lost; a webhook told it",
		play: []step{hearsBack, meets(greenhousesim.Fault{Cut: greenhousesim.CutAfter}), hands()},
		want: outcome{"sent", "", 1}, why: "settled by Greenhouse's own word",
	},
	{
		org: "globex", interview: 231, count: 3, who: person{"cand_refused", "Ralph Refused"}, what: "Greenhouse refused all three: 422",
		play: []step{meets(greenhousesim.Fault{Status: 422, Body: new(refusedBody)}), hands()},
		want: outcome{"dead", "payload.refused", 0}, why: "one group of dead letters: replay it",
	},
	{
		org: "globex", interview: 204, who: person{"cand_429", "Lim Itt"}, what: "Greenhouse said 429, Retry-After: 2",
		play: []step{meets(greenhousesim.Fault{Status: 429, Headers: map[string]string{"Retry-After": "2"}}), hands()},
		want: outcome{"sent", "", 1}, why: "waited as told, then sent",
	},
	{
		org: "globex", interview: 211, count: 12, who: person{"cand_crowd", "Crowd Candidate"}, what: "12 at once, limit 5 requests per 3 s",
		play: []step{limits(5, 3*time.Second), hands()}, want: outcome{"sent", "", 1}, why: "paced by Greenhouse's own headers",
	},
	{
		org: "initech", interview: 301, who: person{"cand_wrongkey", "Kim Keyless"}, what: "its key was revoked in Greenhouse",
		play: []step{revokesKey, hands()}, want: outcome{"held", "auth.rejected", 0}, why: "a 401 holds the company, no export dies",
	},
	{
		org: "initech", interview: 302, who: person{"cand_behind", "Bea Behind"}, what: "the next result of that company",
		play: []step{hands()}, want: outcome{"held", "auth.rejected", 0}, why: "not even tried; goes with the new key",
	},
	{
		org: "umbrella", interview: 401, who: person{"cand_back", "Bob Back"}, what: "key revoked, and later restored",
		play: []step{
			revokesKey, hands(), becomes("held", "auth.rejected"), restoresKey,
			operator("org", "probe", "umbrella", "--reason", "demo"),
		},
		want: outcome{"sent", "", 1}, why: "a probe passed: released by itself",
	},
}
