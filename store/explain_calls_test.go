package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/access"
	"github.com/interviewing-io/greenhouse-export/store/erasure"
	"github.com/interviewing-io/greenhouse-export/store/figures"
	"github.com/interviewing-io/greenhouse-export/store/health"
	"github.com/interviewing-io/greenhouse-export/store/notices"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/retention"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/store/riverqueue"
	"github.com/interviewing-io/greenhouse-export/store/runs"
	"github.com/interviewing-io/greenhouse-export/store/search"
)

// call is one thing that the service does, or that somebody asks of it, on a large ledger.
type call struct {
	name string
	do   func(context.Context) error
	uses []string          // indexes, each for some statement of the call however it is planned
	may  map[string]string // tables that it may read whole, and why that cannot be helped or does not matter
}

// calls are all that [TestPlans] looks at, in the order in which they are made: what one does is there for those after it. A method that
// moves to another package changes here and nowhere else.
func (e *explained) calls() []call {
	var list []call
	for _, some := range [][]call{
		e.relayCalls(), e.sendCalls(), e.sweepCalls(), e.listCalls(), e.searchCalls(), e.exportCalls(), e.deadCalls(), e.healthCalls(), e.companyCalls(),
		e.auditCalls(), e.verbCalls(), e.commandCalls(), e.trackCalls(), e.trackReads(), e.hookCalls(), e.sourceCalls(),
	} {
		list = append(list, some...)
	}
	return list
}

// explained is a large ledger with a store as `serve` opens it, and one as the other commands do.
type explained struct {
	*db
	serve, command *db
	granted        []*store.Granted
	run            int64
}

func nothing[T any](_ T, err error) error { return err }

func (e *explained) relayCalls() []call {
	yes := true
	arrive := func(org, interview string, version int64) ledger.Arrival {
		id := e.message(org, interview, version, true, true)
		return ledger.Arrival{
			Messages: []int64{id}, Newest: id, OrgID: org, InterviewID: interview, CandidateID: "c" + interview, Version: version, Digest: []byte("d"),
			InterviewedAt: time.Now(), Advances: &yes, Continues: &yes, EnqueuedAt: time.Now(), Eligible: true, Flags: []string{},
			Body: &ledger.Body{FirstName: "Ada", LastName: "Lovelace", Email: "a@example.com", Note: "n", NoteFormat: 1}, CandidateDigest: []byte("c" + interview),
			EmailDigest: []byte("e" + interview),
		}
	}
	of := func(n int) string {
		if n%7 == 0 {
			return "whale"
		}
		return fmt.Sprintf("org_%d", 1+n%explainOrgs)
	}
	arrivals := func(from int) (list []ledger.Arrival) {
		for _, n := range []int{from, 20000 + from, 300 + from, 90000 + from, 5000 + from} { // new, ineligible, unknown, sent, dead
			list = append(list, arrive(of(n), fmt.Sprintf("iv_%d", n), 2))
		}
		return append(list, arrive("org_9", fmt.Sprintf("unseen_%d", from), 1))
	}
	standing := []string{"exports_key", "outbox_pkey", "exports_pkey"}
	return []call{
		{name: "Outbox", do: func(ctx context.Context) error {
			_, _, err := e.serve.Outbox(ctx, "", []int{1}, store.OutboxMessages)
			return err
		}, uses: []string{"outbox_by_org"}},
		{name: "Fold", do: func(ctx context.Context) error { return nothing(e.serve.Fold(ctx, arrivals(1))) }, uses: standing},
		{name: "Dispatch", do: func(ctx context.Context) error { return nothing(e.serve.Dispatch(ctx, "")) },
			uses: []string{"exports_due", "exports_in_flight", "exports_by_candidate", "exports_by_email", "outbox_by_interview", "exports_pkey"}},
		{name: "Pass", do: func(ctx context.Context) error {
			_, _, err := e.serve.Pass(ctx, arrivals(11), "")
			return err
		}, uses: append(slices.Clone(standing), "exports_due", "exports_in_flight", "exports_by_candidate", "exports_by_email", "outbox_by_interview")},
		{name: "Few", do: func(ctx context.Context) error {
			e.exec("DELETE FROM ghexport.outbox")
			defer e.exec(explainOutbox)
			some := map[string]ledger.Arrival{}
			for _, a := range []ledger.Arrival{arrive(of(21), "iv_21", 3), arrive(of(20021), "iv_20021", 3), arrive("org_9", "unseen_few", 1)} {
				some[a.InterviewID] = a
			}
			_, _, done, err := e.serve.Few(ctx, []int{1}, func(messages []store.Message) (list []ledger.Arrival, all bool) {
				for _, m := range messages {
					list = append(list, some[m.InterviewID])
				}
				return list, len(list) == len(some)
			})
			if err == nil && !done {
				err = errors.New("the few messages were not passed at once")
			}
			return err
		}, uses: append(slices.Clone(standing), "exports_due", "exports_in_flight", "exports_by_candidate", "exports_by_email", "outbox_by_interview")},
		{name: "Reject", do: func(ctx context.Context) error {
			return e.serve.Reject(ctx, map[int64]string{e.message("acme", "bad", 1, true, true): "no name"})
		}, uses: []string{"outbox_pkey"}},
	}
}

// sendCalls send what the relay has queued.
func (e *explained) sendCalls() []call {
	settle := func(outcome ledger.Outcome, cause ledger.Cause) func(context.Context) error {
		return func(ctx context.Context) error {
			g := e.granted[0]
			e.granted = e.granted[1:]
			return nothing(e.serve.Settle(ctx, store.Settle{
				ExportID: g.ExportID, Token: g.Token, OrgID: g.OrgID, CredentialVersion: g.Company.CredentialVersion, StartedAt: g.StartedAt,
				Outcome: outcome, Cause: cause, Credential: g.Company.KeyDigest, Limit: &store.RateLimit{Limit: 50, Remaining: 9, ResetIn: time.Second},
			}))
		}
	}
	settled := []string{"exports_pkey", "exports_due", "attempts_pkey"}
	late := func(ctx context.Context) error {
		id := int64(450)
		return nothing(e.serve.Settle(ctx, store.Settle{ExportID: id, Token: uuid.New(), OrgID: "org_1", Outcome: ledger.OutcomeSent, CandidateID: 7}))
	}
	return []call{
		{name: "Intend", do: e.intend, uses: []string{"exports_pkey", "outbox_by_interview", "exports_due", "bodies_pkey"}},
		{name: "FailIntent", do: func(ctx context.Context) error {
			g := e.granted[0]
			e.granted = e.granted[1:]
			return nothing(e.serve.FailIntent(ctx, store.RefusedIntent{
				Intent: store.Intent{ExportID: g.ExportID, Token: g.Token}, Detail: "refused", Delays: []time.Duration{time.Minute}, GiveUp: time.Hour,
			}))
		}, uses: []string{"exports_pkey", "integrations_pkey"}},
		{name: "SettleSent", do: settle(ledger.OutcomeSent, ""), uses: settled},
		{name: "SettleAgain", do: settle(ledger.OutcomeAgain, ledger.CauseGreenhouseDown), uses: settled},
		{name: "SettleHold", do: settle(ledger.OutcomeHold, ledger.CausePermissionDenied), uses: settled},
		{name: "SettleDead", do: settle(ledger.OutcomeDead, ledger.CausePayloadRefused), uses: settled},
		{name: "SettleLate", do: late, uses: []string{"exports_pkey", "attempts_pkey"}},
		{name: "ChargeBudget", do: func(ctx context.Context) error { return nothing(e.serve.ChargeBudget(ctx, []byte("key 9"), 1)) }, uses: []string{"exports_in_flight"}},
	}
}

func (e *explained) intend(ctx context.Context) error {
	// Budgets end within seconds, and explaining takes as long as the machine likes.
	if _, err := e.Pool.Exec(ctx, "UPDATE ghexport.exports SET send_by = clock_timestamp() + interval '1 hour' WHERE job_id IS NOT NULL"); err != nil {
		return err
	}
	for _, job := range e.jobs() {
		g, err := e.serve.Intend(ctx, store.Intent{ExportID: job[0], JobID: job[1], Token: uuid.New(), Deadline: time.Minute, JobTimeout: time.Minute})
		if err != nil {
			return err
		}
		e.granted = append(e.granted, g)
	}
	return nil
}

// jobs are a few queued exports and their jobs.
func (e *explained) jobs() [][2]int64 {
	var list [][2]int64
	for _, id := range one[[]int64](e.db, `
		SELECT array_agg(id) FROM (
			SELECT e.id FROM ghexport.exports e JOIN ghexport.integrations i ON i.org_id = e.org_id
			 WHERE e.state = 'queued' AND ghexport.held_reason(i, false) IS NULL AND e.job_id < 1000000 ORDER BY e.id DESC LIMIT 8) q`) {
		list = append(list, [2]int64{id, one[int64](e.db, "SELECT job_id FROM ghexport.exports WHERE id = $1", id)})
	}
	return list
}

func (e *explained) sweepCalls() []call {
	return []call{
		{name: "Sweep", do: func(ctx context.Context) error { return nothing(e.serve.Sweep(ctx, 0)) },
			uses: []string{"exports_in_flight", "exports_blocked", "exports_by_candidate", "exports_by_email", "attempts_pkey", "river_job_pkey"}},
		{name: "SweepBodies", do: e.serve.SweepBodies, uses: []string{"bodies_by_age"}},
		{name: "Retain", do: func(ctx context.Context) error {
			keep := ledger.Retention{}
			for _, k := range ledger.Keeps {
				keep[k] = 300 * 24 * time.Hour
			}
			return nothing(retention.In(e.serve.Store).Retain(ctx, keep, false))
		}, uses: []string{"bodies_pkey", "exports_key", "attempts_by_end", "attempts_pkey", "audit_pkey"}},
		{name: "PeopleHeld", do: func(ctx context.Context) error {
			return nothing(retention.In(e.serve.Store).PeopleHeld(ctx, "org_1", 300*24*time.Hour))
		},
			uses: []string{"bodies_by_org", "exports_key"}},
		{name: "PeoplePastAge", do: func(ctx context.Context) error { return nothing(retention.In(e.serve.Store).PeoplePastAge(ctx)) }, uses: []string{"bodies_by_org"}},
		{name: "LateBy", do: func(ctx context.Context) error { return nothing(e.serve.LateBy(ctx, e.granted[0].ExportID)) }, uses: []string{"exports_pkey", "attempts_pkey"}},
		{name: "MostBudgetUsed", do: func(ctx context.Context) error { return nothing(figures.In(e.serve.Store).MostBudgetUsed(ctx)) }},
		{name: "Oldest", do: func(ctx context.Context) error { return nothing(retention.In(e.serve.Store).Oldest(ctx)) }, uses: []string{"bodies_pkey", "attempts_by_end", "audit_pkey"}},
		{name: "KeepTraces", do: func(ctx context.Context) error {
			return e.serve.KeepTraces(ctx, []ledger.Arrival{{OrgID: "org_1", InterviewID: "iv_1", Traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}})
		}, uses: []string{"traces_by_age"}},
		{name: "Traceparent", do: func(ctx context.Context) error { return nothing(e.serve.Traceparent(ctx, "org_1", "iv_1")) }, uses: []string{"traces_pkey"}},
		{name: "SweepNotices", do: func(ctx context.Context) error {
			return nothing(notices.In(e.serve.Store).Sweep(ctx, notices.Rules{Grace: time.Minute, WaveSize: 5, WaveWithin: time.Minute, WaveSettle: time.Minute}))
		}},
		{name: "DueProbes", do: func(ctx context.Context) error { return nothing(e.serve.DueProbes(ctx, 10)) }},
		{name: "SumUpHours", do: figures.In(e.serve.Store).SumUpHours, uses: []string{"attempts_by_end"}},
		{name: "SumUpAttempts", do: figures.In(e.serve.Store).SumUpAttempts, uses: []string{"attempts_by_end"}},
		{name: "AnnouncePolling", do: func(ctx context.Context) error { return e.serve.AnnouncePolling(ctx, time.Second) }},
		{name: "PollingState", do: func(ctx context.Context) error { return nothing(e.serve.PollingState(ctx)) }},
		{name: "StartRun", do: func(ctx context.Context) error {
			run, err := runs.In(e.serve.Store).Start(ctx, runs.Request{Filter: store.Filter{Cause: ledger.CauseTargetGone}, By: kim})
			if err == nil {
				e.run = run.ID
			}
			return err
		}, uses: []string{"exports_by_cause", "exports_by_candidate", "exports_by_email"}},
		{name: "AdvanceRuns", do: func(ctx context.Context) error { return nothing(runs.In(e.serve.Store).Advance(ctx)) },
			uses: []string{"exports_pkey", "run_members_waiting", "attempts_pkey"}},
	}
}

func (e *explained) listCalls() []call {
	const unindexed = "updated_at changes with each step of a send, which no index shall; the statement ends after three seconds"
	list := func(name string, f store.Filter, uses ...string) call {
		return call{name: "List" + name, do: func(ctx context.Context) error { return nothing(query.In(e.serve.Store).List(ctx, f, 50)) }, uses: uses}
	}
	indexes := map[ledger.State][]string{
		ledger.StateQueued:  {"exports_in_flight"},
		ledger.StateSending: {"exports_in_flight"}, ledger.StateSent: {"exports_pkey"}, ledger.StateUnknown: {"exports_attention_by_id"},
		ledger.StateDuplicate: {"exports_attention_by_id"}, ledger.StateDead: {"exports_attention_by_id"}, ledger.StateCancelled: {"exports_by_cause"},
	}
	all := []call{
		{name: "CountMatching", do: func(ctx context.Context) error {
			_, _, err := query.In(e.serve.Store).CountMatching(ctx, store.Filter{State: ledger.StateDead, Org: "org_7"})
			return err
		}, uses: []string{"exports_attention_by_org"}},
		list("", store.Filter{}, "exports_pkey"),
		list("DeadNext", store.Filter{State: ledger.StateDead, AfterID: 5000}, "exports_attention_by_id"),
		list("DeadBefore", store.Filter{State: ledger.StateDead, BeforeID: 5000}, "exports_attention_by_id"),
		list("DeadOfACompany", store.Filter{State: ledger.StateDead, Org: "org_7"}, "exports_attention_by_org"),
		list("Cause", store.Filter{Cause: ledger.CauseTargetGone}, "exports_by_cause"),
		list("Held", store.Filter{Cause: ledger.CauseOff}, "exports_due", "exports_blocked", "exports_in_flight"),
		list("OfACompany", store.Filter{Org: "org_7"}, "exports_by_org"),
		list("OfTheWhale", store.Filter{Org: "whale"}, "exports_by_org"),
		{name: "ListLastMinutes", do: func(ctx context.Context) error {
			return nothing(query.In(e.serve.Store).List(ctx, store.Filter{Since: time.Now().Add(-10 * time.Minute)}, 50))
		},
			may: map[string]string{"exports": unindexed}},
		list("LongAgo", store.Filter{Until: time.Now().Add(-50 * 24 * time.Hour)}, "exports_pkey"),
		list("Interview", store.Filter{InterviewID: "iv_4242"}, "exports_key"),
		list("Person", store.Filter{EmailDigest: []byte("ada4242@")}, "exports_by_email"),
		list("Named", store.Filter{IDs: []int64{1, 2, 3}}, "exports_pkey"),
	}
	for _, state := range ledger.States {
		name := strings.ToUpper(string(state[0])) + string(state[1:])
		all = append(all, list(name, store.Filter{State: state}, indexes[state]...),
			list(name+"OfTheWhale", store.Filter{State: state, Org: "whale"}))
	}
	return append(all,
		call{name: "CountStates", do: func(ctx context.Context) error {
			return nothing(query.In(e.serve.Store).CountStates(ctx, "", ledger.States...))
		}},
		call{name: "CountStatesOfACompany", do: func(ctx context.Context) error {
			return nothing(query.In(e.serve.Store).CountStates(ctx, "org_7", ledger.States...))
		},
			uses: []string{"exports_by_org"}},
		call{name: "Decisions", do: func(ctx context.Context) error {
			_, _, err := query.In(e.serve.Store).Decisions(ctx, store.Filter{}, 50)
			return err
		}, uses: []string{"exports_attention_by_id", "exports_by_candidate", "exports_by_email", "attempts_pkey"}},
	)
}

func (e *explained) searchCalls() []call {
	find := func(name string, q search.Search, uses ...string) call {
		q.By = kim
		return call{name: "Find" + name, do: func(ctx context.Context) error { return nothing(search.In(e.serve.Store).Find(ctx, q)) }, uses: uses}
	}
	return []call{
		find("Interview", search.Search{Text: "iv_4242"}, "exports_key", "exports_pkey"),
		find("Number", search.Search{Text: "4242"}, "exports_pkey"),
		find("Address", search.Search{Text: "ada4242@example.com", EmailDigest: []byte("ada4242@"), People: true}, "exports_by_email"),
		find("Name", search.Search{Text: "ada55", Filter: store.Filter{Org: "org_7"}, People: true}, "exports_by_org", "bodies_pkey"),
		find("OfTheWhale", search.Search{Text: "4242", Filter: store.Filter{Org: "whale"}}, "exports_by_org"),
		find("AmongDead", search.Search{Text: "nothing", Filter: store.Filter{State: ledger.StateDead}}, "exports_attention_by_id"),
		{name: "Lookup", do: func(ctx context.Context) error {
			return nothing(search.In(e.serve.Store).Lookup(ctx, search.Search{Text: "4242", EmailDigest: []byte("ada4242@"), CandidateDigest: []byte("cand_4242"), People: true, By: kim}))
		}, uses: []string{"exports_pkey", "exports_key", "exports_by_profile", "exports_by_candidate", "exports_by_email", "outbox_by_interview"}},
		{name: "LookupName", do: func(ctx context.Context) error {
			return nothing(search.In(e.serve.Store).Lookup(ctx, search.Search{Text: "ada55", Filter: store.Filter{Org: "org_7"}, People: true, By: kim}))
		}, uses: []string{"exports_by_org", "bodies_pkey"}},
	}
}

func (e *explained) exportCalls() []call {
	return []call{
		{name: "Show", do: func(ctx context.Context) error { return nothing(query.In(e.serve.Store).Show(ctx, 5001)) },
			uses: []string{"exports_pkey", "bodies_pkey", "outbox_by_interview", "attempts_pkey", "exports_by_candidate", "exports_by_email", "audit_by_export", "audit_by_org"}},
		{name: "Way", do: func(ctx context.Context) error {
			d, err := query.In(e.serve.Store).Show(ctx, 5001)
			if err != nil {
				return err
			}
			return nothing(query.In(e.serve.Store).Way(ctx, d))
		}},
		{name: "Edits", do: func(ctx context.Context) error { return nothing(query.In(e.serve.Store).Edits(ctx, 5001)) }},
		{name: "ExportOrg", do: func(ctx context.Context) error { return nothing(access.In(e.serve.Store).ExportOrg(ctx, 5001)) }, uses: []string{"exports_pkey"}},
		{name: "OfCompany", do: func(ctx context.Context) error {
			return nothing(query.In(e.serve.Store).OfCompany(ctx, "org_7", []int64{1, 2}))
		}},
		{name: "Candidates", do: func(ctx context.Context) error {
			return nothing(search.In(e.serve.Store).Candidates(ctx, []int64{5001}))
		}, uses: []string{"exports_pkey", "bodies_pkey"}},
		{name: "Reveal", do: func(ctx context.Context) error { return nothing(search.In(e.serve.Store).Reveal(ctx, 5001, kim)) }, uses: []string{"exports_pkey", "bodies_pkey"}},
		{name: "Why", do: func(ctx context.Context) error { return nothing(query.In(e.serve.Store).Why(ctx, "org_7", "iv_5001")) },
			uses: []string{"exports_key", "exports_by_candidate", "exports_by_email", "outbox_by_interview"}},
		{name: "WhyAnywhere", do: func(ctx context.Context) error { return nothing(query.In(e.serve.Store).Why(ctx, "", "iv_5001")) }, uses: []string{"exports_key"}},
		{name: "WhyCandidate", do: func(ctx context.Context) error {
			return nothing(query.In(e.serve.Store).WhyCandidate(ctx, "", "cand_5001", []byte("cand_5001")))
		}, uses: []string{"exports_by_candidate"}},
		{name: "WhyCandidateByID", do: func(ctx context.Context) error {
			return nothing(query.In(e.serve.Store).WhyCandidate(ctx, "", "nobody", nil))
		}, uses: []string{"exports_pkey"}},
		{name: "WhyEmail", do: func(ctx context.Context) error {
			return nothing(query.In(e.serve.Store).WhyEmail(ctx, "", []byte("ada5001@")))
		}, uses: []string{"exports_by_email"}},
		{name: "RefusedRetries", do: func(ctx context.Context) error { return nothing(e.serve.RefusedRetries(ctx, []int64{5001})) }, uses: []string{"exports_pkey"}},
		{name: "RetriedBy", do: func(ctx context.Context) error { return nothing(e.serve.RetriedBy(ctx, 5001, 9)) }},
		{name: "JobExports", do: func(ctx context.Context) error {
			return nothing(query.In(e.serve.Store).JobExports(ctx, []int64{1012000}))
		}, uses: []string{"river_job_pkey"}},
		{name: "RiverGap", do: func(ctx context.Context) error { return nothing(query.In(e.serve.Store).RiverGap(ctx)) }},
		{name: "ExportJobs", do: func(ctx context.Context) error {
			return nothing(riverqueue.In(e.serve.Store).ExportJobs(ctx, []int64{1012000}))
		}, uses: []string{"river_job_pkey"}},
	}
}

func (e *explained) deadCalls() []call {
	plan := func(name string, f store.Filter, uses ...string) call {
		return call{name: "PlanRun" + name, do: func(ctx context.Context) error {
			return nothing(runs.In(e.serve.Store).Plan(ctx, runs.Request{Filter: f}))
		}, uses: uses}
	}
	return []call{
		{name: "DeadGroups", do: func(ctx context.Context) error {
			return nothing(query.In(e.serve.Store).DeadGroups(ctx, store.Filter{}))
		}},
		{name: "DeadGroupsOfACompany", do: func(ctx context.Context) error {
			return nothing(query.In(e.serve.Store).DeadGroups(ctx, store.Filter{Org: "org_7"}))
		},
			uses: []string{"exports_attention_by_org"}},
		plan("", store.Filter{}, "exports_by_candidate", "exports_by_email"),
		plan("OfACompany", store.Filter{Org: "org_7"}, "exports_attention_by_org", "exports_by_candidate", "exports_by_email"),
		plan("OfACause", store.Filter{Cause: ledger.CauseTargetGone}, "exports_by_cause"),
		plan("Named", store.Filter{IDs: []int64{5001, 5002}}, "exports_pkey"),
		{name: "PlanBackfill", do: func(ctx context.Context) error {
			return nothing(runs.In(e.serve.Store).Plan(ctx, runs.Request{Kind: runs.Backfill, Filter: store.Filter{Org: "org_7"}}))
		}, uses: []string{"exports_by_candidate", "exports_by_email"}},
		{name: "LastTestCandidate", do: func(ctx context.Context) error {
			if _, err := e.serve.Store.LastTestCandidate(ctx, "org_7"); !errors.Is(err, store.ErrNotFound) {
				return err
			}
			return nil
		}},
		{name: "Testing", do: func(ctx context.Context) error { return nothing(e.serve.Store.Testing(ctx)) }},
		{name: "Runs", do: func(ctx context.Context) error { return nothing(runs.In(e.serve.Store).List(ctx, 0, 50)) }},
		{name: "RunMembers", do: func(ctx context.Context) error { return nothing(runs.In(e.serve.Store).Members(ctx, e.run, "", 0, 50)) }},
		{name: "RunLog", do: func(ctx context.Context) error { return nothing(runs.In(e.serve.Store).Log(ctx, e.run)) }, uses: []string{"audit_by_run"}},
	}
}

func (e *explained) healthCalls() []call {
	const waits = "every message that waits is counted, and none of what was folded is there"
	return []call{
		{name: "Backlog", do: func(ctx context.Context) error { return nothing(health.In(e.serve.Store).Backlog(ctx)) },
			uses: []string{"exports_in_flight"}, may: map[string]string{"outbox": waits}},
		{name: "States", do: func(ctx context.Context) error {
			_, _, err := health.In(e.serve.Store).States(ctx, ledger.Backlog{})
			return err
		}, may: map[string]string{"exports": "at times: a ledger that counts slowly is counted for a hundredth of the time"}},
		{name: "Numbers", do: func(ctx context.Context) error {
			return nothing(figures.In(e.serve.Store).Numbers(ctx, "", ledger.SpanMonth))
		}, uses: []string{"attempt_hours_pkey"}},
		{name: "NumbersOfACompany", do: func(ctx context.Context) error {
			return nothing(figures.In(e.serve.Store).Numbers(ctx, "org_7", ledger.SpanDay))
		},
			uses: []string{"attempt_hours_pkey"}},
		{name: "DeadKinds", do: func(ctx context.Context) error { return nothing(health.In(e.serve.Store).DeadKinds(ctx)) }},
		{name: "Trend", do: func(ctx context.Context) error { return nothing(figures.In(e.serve.Store).Trend(ctx)) }, uses: []string{"attempts_by_end"}},
		{name: "CompanyLines", do: func(ctx context.Context) error { return nothing(e.serve.CompanyLines(ctx)) },
			uses: []string{"exports_due", "exports_in_flight"}, may: map[string]string{"outbox": waits}},
		{name: "CompanyPaces", do: func(ctx context.Context) error {
			return nothing(figures.In(e.serve.Store).CompanyPaces(ctx, "org_7", "whale"))
		},
			uses: []string{"attempt_hours_pkey", "attempts_by_end"}},
		{name: "BudgetUse", do: func(ctx context.Context) error { return nothing(figures.In(e.serve.Store).BudgetUse(ctx, "org_7")) }},
		{name: "Health", do: func(ctx context.Context) error {
			e.exec("UPDATE ghexport.control SET released_at = now() - interval '1 hour'")
			return nothing(health.In(e.serve.Store).Health(ctx))
		}, uses: []string{"exports_due", "exports_in_flight"},
			may: map[string]string{"outbox": waits, "exports": "at times: a ledger that counts slowly is counted for a hundredth of the time"}},
		{name: "Holders", do: func(ctx context.Context) error { return nothing(health.In(e.serve.Store).Holders(ctx)) }},
		{name: "QueueIs", do: func(ctx context.Context) error {
			return nothing(riverqueue.In(e.serve.Store).QueueIs(ctx, "export", true))
		}},
		{name: "CancelAsked", do: func(ctx context.Context) error { return nothing(riverqueue.In(e.serve.Store).CancelAsked(ctx, 7)) }},
		{name: "PausedQueues", do: func(ctx context.Context) error { return nothing(riverqueue.In(e.serve.Store).PausedQueues(ctx)) }},
	}
}

func (e *explained) companyCalls() []call {
	return []call{
		{name: "CompanyActivity", do: func(ctx context.Context) error { return nothing(e.serve.CompanyActivity(ctx, "org_7")) }, uses: []string{"exports_by_org"}},
		{name: "Roles", do: func(ctx context.Context) error { return nothing(rights.In(e.serve.Store).Roles(ctx, "org_7")) }, uses: []string{"exports_by_org"}},
		{name: "Enable", do: func(ctx context.Context) error { return nothing(e.serve.Enable(ctx, "org_3", store.WaitingSend, kim)) }},
		{name: "EnableDropWaiting", do: func(ctx context.Context) error { return nothing(e.serve.Enable(ctx, "org_23", store.WaitingDrop, kim)) },
			uses: []string{"exports_due", "exports_blocked", "exports_in_flight", "outbox_by_org"}},
		{name: "PauseOrg", do: func(ctx context.Context) error { return nothing(e.serve.PauseOrg(ctx, "org_9", kim)) }},
	}
}

func (e *explained) auditCalls() []call {
	trail := func(name string, f query.AuditFilter, uses ...string) call {
		f.Limit = 50
		return call{name: "AuditTrail" + name, do: func(ctx context.Context) error { return nothing(query.In(e.serve.Store).AuditTrail(ctx, f)) }, uses: uses}
	}
	return []call{
		trail("", query.AuditFilter{}, "audit_pkey"),
		trail("Next", query.AuditFilter{AfterID: 900}, "audit_pkey"),
		trail("OfAPerson", query.AuditFilter{Actor: "person_7"}),
		trail("OfAnAct", query.AuditFilter{Action: "run start"}, "audit_by_action"),
		trail("OfACompany", query.AuditFilter{Org: "org_7"}, "audit_by_org"),
		trail("OfACompanysAdmins", query.AuditFilter{Org: "org_7", Side: query.AuditTheirs}, "audit_by_org"),
		trail("OfAnExport", query.AuditFilter{ExportID: 5001}, "audit_by_export"),
		trail("LastHour", query.AuditFilter{Since: time.Now().Add(-time.Hour)}),
		{name: "AuditActions", do: func(ctx context.Context) error { return nothing(query.In(e.serve.Store).AuditActions(ctx, "")) }, uses: []string{"audit_by_action"}},
		{name: "AuditActionsOfACompany", do: func(ctx context.Context) error { return nothing(query.In(e.serve.Store).AuditActions(ctx, "org_7")) }, uses: []string{"audit_by_org"}},
		{name: "RecordLink", do: func(ctx context.Context) error {
			link := access.MadeLink{OrgID: "org_7", Who: "mia", Role: "company", MadeBy: "kim", MadeAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour)}
			return access.In(e.serve.Store).RecordLink(ctx, [32]byte{1}, kim, link)
		}},
		{name: "Sessions", do: func(ctx context.Context) error {
			return nothing(access.In(e.serve.Store).Sessions(ctx, access.SessionFilter{Org: "org_7"}, time.Now(), time.Hour, 100))
		}},
		{name: "EndSessions", do: func(ctx context.Context) error {
			return nothing(access.In(e.serve.Store).EndSessions(ctx, access.SessionFilter{Org: "org_7"}, kim, time.Now(), time.Hour, false))
		}},
	}
}

func (e *explained) verbCalls() []call {
	named := func(id int64) store.Request { return store.Request{Filter: store.Filter{IDs: []int64{id}}, By: kim} }
	return []call{
		{name: "Replay", do: func(ctx context.Context) error {
			return nothing(e.serve.Replay(ctx, store.ReplayRequest{Request: named(5002)}))
		},
			uses: []string{"exports_pkey", "attempts_pkey"}},
		{name: "ReplayOfACause", do: func(ctx context.Context) error {
			r := store.ReplayRequest{Request: store.Request{Filter: store.Filter{Cause: ledger.CauseGreenhouseDown, Limit: 10}, By: kim}}
			return nothing(e.command.Replay(ctx, r))
		}, uses: []string{"exports_by_cause"}},
		{name: "ReplayDead", do: func(ctx context.Context) error {
			return nothing(e.command.Replay(ctx, store.ReplayRequest{Request: store.Request{Filter: store.Filter{Limit: 10}, By: kim}}))
		}},
		{name: "Discard", do: func(ctx context.Context) error { return nothing(e.serve.Discard(ctx, named(5003))) }, uses: []string{"exports_pkey"}},
		{name: "ResolveSkip", do: func(ctx context.Context) error { return nothing(e.serve.ResolveSkip(ctx, named(600))) }, uses: []string{"exports_pkey"}},
		{name: "ReplayRejected", do: func(ctx context.Context) error {
			return nothing(e.command.ReplayRejected(ctx, store.Filter{InterviewID: "bad_7", Org: "org_8"}, kim, false))
		}},
	}
}

func (e *explained) commandCalls() []call {
	const byID = "who never qualified is known by an id that no index has; nobody waits for an erasure"
	const freeText = "free text that may quote anybody is searched once for each person who is erased"
	const rare = "whoever reconciles after a restore asks once, and waits"
	return []call{
		{name: "Exports", do: func(ctx context.Context) error {
			return nothing(query.In(e.command.Store).Exports(ctx, store.Filter{State: ledger.StateDead, Limit: 10}))
		},
			uses: []string{"exports_attention_by_id"}},
		{name: "SentSince", do: func(ctx context.Context) error {
			return nothing(query.In(e.command.Store).SentSince(ctx, "", time.Now().Add(-time.Hour)))
		}},
		{name: "SentSinceOfACompany", do: func(ctx context.Context) error {
			return nothing(query.In(e.command.Store).SentSince(ctx, "org_7", time.Now().Add(-time.Hour)))
		}},
		{name: "Unsent", do: func(ctx context.Context) error { return nothing(query.In(e.command.Store).Unsent(ctx, "")) }, may: map[string]string{"outbox": rare}},
		{name: "UnsentOfACompany", do: func(ctx context.Context) error { return nothing(query.In(e.command.Store).Unsent(ctx, "org_7")) }},
		{name: "Erase", do: func(ctx context.Context) error {
			return nothing(erasure.In(e.command.Store).Erase(ctx, erasure.Erasure{Candidate: "cand_5004", Digests: e.digests(), By: kim}))
		}, may: map[string]string{"exports": byID, "outbox": byID, "bodies": byID, "attempts": freeText, "audit": freeText}},
	}
}
