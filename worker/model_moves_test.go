package worker

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/erasure"
)

// move is one step, and how often it is drawn.
type move struct {
	often int
	do    func(*rapid.T)
}

// moves are all steps; those that bring an export on are drawn most.
func (m *model) moves() []move {
	ctx := context.Background()
	return []move{
		{3, m.enqueue}, {4, m.intend}, {3, m.post}, {3, m.settle}, {2, m.retell}, {1, m.crash}, {1, m.sweep}, {1, m.bar}, {2, m.release},
		{1, m.replay}, {1, m.resolve}, {1, m.erase},
		{1, func(*rapid.T) { m.did("fold"); m.must(m.rules.fold(ctx, m)) }},
		{1, func(*rapid.T) { m.did("dispatch"); _, err := m.relay.Dispatch(ctx); m.must(err) }},
		{4, func(*rapid.T) {
			m.did("pass")
			m.must(m.rules.fold(ctx, m))
			_, err := m.relay.Dispatch(ctx)
			m.must(err)
		}},
		{2, func(*rapid.T) { m.did("together"); _, err := m.relay.Pass(ctx); m.must(err) }},
		{1, func(*rapid.T) {
			m.did("hurry")
			m.must(m.exec("UPDATE ghexport.exports SET due_at = clock_timestamp() WHERE due_at IS NOT NULL"))
		}},
	}
}

func (m *model) any(t *rapid.T) *interview {
	return rapid.SampledFrom(m.interviews).Draw(t, "interview")
}

// enqueue commits a newer message, or an older one late: eligible or not, and sometimes of the candidate of the neighbour.
func (m *model) enqueue(t *rapid.T) {
	i := m.any(t)
	version := rapid.IntRange(max(1, i.newest-1), i.newest+2).Draw(t, "version")
	if version == i.newest {
		version++ // the same version with other contents is a producer's mistake, which has tests of its own
	}
	eligible := rapid.IntRange(0, 3).Draw(t, "eligible") > 0
	person := i.id
	if rapid.Bool().Draw(t, "repeat") {
		person = "shared-" + i.org
	}
	m.did("enqueue %s v%d eligible=%t as %s", i.id, version, eligible, person)
	m.rig.enqueue(result(i.org, i.id, set("version", version), set("candidate_continues", eligible), ofCandidate(person, person+"@example.com")))
	if version > i.newest {
		i.newest, i.eligible = version, eligible
	}
}

func (m *model) byExport(id int64) *interview {
	for name, row := range m.ledger() {
		if row.ID == id {
			return m.interviews[slices.IndexFunc(m.interviews, func(i *interview) bool { return i.id == name })]
		}
	}
	m.broken("no export %d", id)
	return nil
}

// intend lets a worker take any job that ever was, as River may hand one out twice.
func (m *model) intend(t *rapid.T) {
	rows, err := m.owner.Query(context.Background(), "SELECT id, (args ->> 'export_id')::bigint FROM ghexport.river_job ORDER BY id DESC LIMIT 6")
	m.must(err)
	var jobs [][2]int64
	for rows.Next() {
		var one [2]int64
		m.must(rows.Scan(&one[0], &one[1]))
		jobs = append(jobs, one)
	}
	m.must(rows.Err())
	if len(jobs) == 0 {
		return
	}
	job := rapid.SampledFrom(jobs).Draw(t, "job")
	i := m.byExport(job[1])
	intent := store.Intent{ExportID: job[1], JobID: job[0], Token: uuid.New(), Deadline: deadlineOf, JobTimeout: deadlineOf}
	m.did("intend %s", i.id)
	err = m.rules.intend(context.Background(), m, intent)
	if notGranted(err) {
		return
	}
	m.must(err)
	switch {
	case !i.eligible:
		m.broken("%s was granted after its withdrawal was committed", i.id)
	case i.erased:
		m.broken("%s was granted after its candidate was erased", i.id)
	case m.stopped:
		m.broken("%s was granted while everything is stopped", i.id)
	case m.barred[i.org] != "":
		m.broken("%s was granted while its company is barred: %s", i.id, m.barred[i.org])
	}
	m.flights = append(m.flights, &flight{of: i, intent: intent})
}

// create is Greenhouse accepting a request.
func (m *model) create(i *interview) int64 {
	m.ids++
	i.created = append(i.created, m.ids)
	return m.ids
}

// post sends one of the granted requests: Greenhouse accepts it and says so, accepts it in silence, or refuses it in some way.
func (m *model) post(t *rapid.T) {
	free := slices.DeleteFunc(slices.Clone(m.flights), func(f *flight) bool { return f.posted || f.late })
	if len(free) == 0 {
		return
	}
	f := rapid.SampledFrom(free).Draw(t, "flight")
	f.posted = true
	f.answer = rapid.SampledFrom([]ledger.Outcome{
		ledger.OutcomeSent, ledger.OutcomeSent, ledger.OutcomeSent, ledger.OutcomeUnknown, ledger.OutcomeAgain, ledger.OutcomeLimited, ledger.OutcomeHold, ledger.OutcomeDead,
	}).Draw(t, "answer")
	if f.answer == ledger.OutcomeSent || f.answer == ledger.OutcomeUnknown && rapid.Bool().Draw(t, "accepted") {
		f.id = m.create(f.of)
	}
	m.did("post %s: %s", f.of.id, f.answer)
}

// settle reports one attempt, late or not.
func (m *model) settle(t *rapid.T) {
	if len(m.flights) == 0 {
		return
	}
	n := rapid.IntRange(0, len(m.flights)-1).Draw(t, "flight")
	m.report(m.flights[n])
	m.told = append(m.told, m.flights[n])
	m.flights = slices.Delete(m.flights, n, n+1)
}

// retell says again how an attempt ended, as a worker does that heard no acknowledgement, however much happened since.
func (m *model) retell(t *rapid.T) {
	if len(m.told) > 0 {
		m.report(rapid.SampledFrom(m.told).Draw(t, "flight"))
	}
}

func (m *model) report(f *flight) {
	s := store.Settle{ExportID: f.intent.ExportID, JobID: f.intent.JobID, Token: f.intent.Token, OrgID: f.of.org, CredentialVersion: 1}
	switch {
	case !f.posted:
		f.late = true // it gave up: it never left, and never will
		s.Outcome, s.Cause = ledger.OutcomeAgain, ledger.CauseGreenhouseDown
	case f.answer == ledger.OutcomeSent:
		s.Outcome, s.CandidateID = ledger.OutcomeSent, f.id
	default:
		s.Outcome = f.answer
		s.Cause = map[ledger.Outcome]ledger.Cause{
			ledger.OutcomeUnknown: ledger.CauseOutcomeUnknown, ledger.OutcomeDead: ledger.CausePayloadRefused, ledger.OutcomeHold: ledger.CauseAuthRejected,
			ledger.OutcomeAgain: ledger.CauseGreenhouseDown, ledger.OutcomeLimited: ledger.CauseLimited,
		}[f.answer]
	}
	m.did("settle %s: %s", f.of.id, s.Outcome)
	m.must(m.rules.settle(context.Background(), m, s))
	var cause *string
	m.must(m.owner.QueryRow(context.Background(), "SELECT hold_cause FROM ghexport.integrations WHERE org_id = $1", f.of.org).Scan(&cause))
	if cause != nil && m.barred[f.of.org] == "" {
		m.barred[f.of.org] = *cause
	}
}

// crash loses what a worker had in its hands: nobody will ever say how it ended.
func (m *model) crash(t *rapid.T) {
	if len(m.flights) == 0 {
		return
	}
	n := rapid.IntRange(0, len(m.flights)-1).Draw(t, "flight")
	m.did("crash of %s", m.flights[n].of.id)
	m.expire(m.flights[n])
	m.flights = slices.Delete(m.flights, n, n+1)
	m.sweep(t)
}

func (m *model) expire(f *flight) {
	f.late = true
	m.must(m.exec("UPDATE ghexport.exports SET deadline = clock_timestamp() - interval '1 s' WHERE attempt = $1 AND state = 'sending'", f.intent.Token))
}

// sweep finds silent attempts, and jobs that River has lost. Sometimes a slow worker outlives its deadline first.
func (m *model) sweep(t *rapid.T) {
	if len(m.flights) > 0 && rapid.Bool().Draw(t, "overdue") {
		m.expire(rapid.SampledFrom(m.flights).Draw(t, "flight"))
	}
	if rapid.Bool().Draw(t, "lost jobs") {
		m.must(m.exec("UPDATE ghexport.river_job SET state = 'cancelled', finalized_at = clock_timestamp() WHERE finalized_at IS NULL"))
	}
	m.did("sweep")
	_, err := m.rig.store.Sweep(context.Background(), 0)
	m.must(err)
}

func (m *model) bar(t *rapid.T) {
	org := rapid.SampledFrom(m.interviews).Draw(t, "company").org
	if rapid.IntRange(0, 2).Draw(t, "all") == 0 {
		m.did("pause --all")
		_, err := m.rig.store.StopAll(context.Background(), modelBy)
		m.must(err)
		m.stopped = true
		return
	}
	m.did("pause %s", org)
	_, err := m.rig.store.PauseOrg(context.Background(), org, modelBy)
	m.must(err)
	m.barred[org] = "paused"
}

// release ends every hold, pause and stop.
func (m *model) release(*rapid.T) {
	m.did("release")
	ctx := context.Background()
	_, err := m.rig.store.ResumeAll(ctx, modelBy)
	m.must(err)
	for org := range m.barred {
		_, err := m.rig.store.ResumeOrg(ctx, org, modelBy)
		m.must(err)
		_, err = m.rig.store.Looked(ctx, store.Look{OrgID: org, CredentialVersion: 1, Answer: store.CheckAccepted})
		m.must(err)
	}
	m.stopped = false
	clear(m.barred)
}

func (m *model) request(i *interview) (store.Request, bool) {
	row, there := m.ledger()[i.id]
	return store.Request{Filter: store.Filter{IDs: []int64{row.ID}}, By: modelBy}, there
}

func (m *model) replay(t *rapid.T) {
	i := m.any(t)
	request, there := m.request(i)
	if !there {
		return
	}
	m.did("replay %s", i.id)
	_, err := m.rig.store.Replay(context.Background(), store.ReplayRequest{Request: request})
	m.must(err)
}

// resolve is a person who looks into Greenhouse and says the truth. Of a request that may still arrive nobody can know it; there the
// store must refuse, so the person may try.
func (m *model) resolve(t *rapid.T) {
	i := m.any(t)
	request, there := m.request(i)
	if !there {
		return
	}
	ctx := context.Background()
	m.did("resolve %s, of which Greenhouse has %v", i.id, i.created)
	var err error
	switch {
	case len(i.created) > 0:
		err = m.rig.store.ResolvePresent(ctx, request.Filter.IDs[0], store.Profile{URL: "https://app.greenhouse.io/people/1", CandidateID: i.created[0]}, modelBy)
	case rapid.Bool().Draw(t, "skip"):
		_, err = m.rig.store.ResolveSkip(ctx, request)
	case rapid.Bool().Draw(t, "create"):
		_, err = m.rig.store.ResolveCreate(ctx, request)
	default:
		_, err = m.rig.store.ResolveAbsent(ctx, request)
	}
	var refused *store.RefusedError
	if !errors.As(err, &refused) {
		m.must(err)
	}
}

// erase takes out the candidate of an interview: its own, or the one that it shares with its neighbour.
func (m *model) erase(t *rapid.T) {
	i := m.any(t)
	person := rapid.SampledFrom([]string{i.id, "shared-" + i.org}).Draw(t, "person")
	if rapid.IntRange(0, 2).Draw(t, "often enough") > 0 { // an erased interview does nothing more, and the rest of the run would be dull
		return
	}
	m.did("erase %s", person)
	done, err := erasure.In(m.rig.store).Erase(context.Background(), erasure.Erasure{Candidate: person, Digests: m.rig.digests, By: modelBy})
	m.must(err)
	for _, e := range done.Exports {
		m.byExport(e.ID).erased = true
	}
	var left int
	m.must(m.owner.QueryRow(context.Background(), `
		SELECT (SELECT count(*) FROM ghexport.exports WHERE candidate_id = $1) + (SELECT count(*) FROM ghexport.bodies WHERE email = $2)
		       + (SELECT count(*) FROM (SELECT message FROM ghexport.outbox UNION ALL SELECT message FROM ghexport.rejected
		                                UNION ALL SELECT message FROM ghexport.aside) m
		           WHERE m.message #>> '{candidate,email}' = $2)`, person, person+"@example.com").Scan(&left))
	if left > 0 {
		m.broken("%d rows still name %s", left, person)
	}
}

// finish lets everything come to its end: nothing may be stuck.
func (m *model) finish() {
	m.release(nil)
	ctx := context.Background()
	for range 12 {
		m.must(m.exec("UPDATE ghexport.exports SET due_at = clock_timestamp() WHERE due_at IS NOT NULL"))
		m.must(m.rules.fold(ctx, m))
		_, err := m.rig.store.Sweep(ctx, 0)
		m.must(err)
		_, err = m.relay.Dispatch(ctx)
		m.must(err)
		for _, f := range m.flights { // those of the run say how they ended, all of them
			m.report(f)
		}
		m.flights = nil
		m.release(nil)
		m.sendAll(ctx)
		m.check()
	}
	for id, row := range m.ledger() {
		if slices.Contains([]string{"queued", "sending"}, row.State) {
			m.broken("%s is stuck as %s", id, row.State)
		}
		var due bool
		m.must(m.owner.QueryRow(ctx, "SELECT due_at IS NOT NULL FROM ghexport.exports WHERE id = $1", row.ID).Scan(&due))
		if row.State == "pending" && due {
			m.broken("%s is due and does not go", id)
		}
	}
}

// sendAll is a worker for whom everything goes well.
func (m *model) sendAll(ctx context.Context) {
	rows, err := m.owner.Query(ctx, "SELECT job_id, id FROM ghexport.exports WHERE state = 'queued'")
	m.must(err)
	var queued [][2]int64
	for rows.Next() {
		var one [2]int64
		m.must(rows.Scan(&one[0], &one[1]))
		queued = append(queued, one)
	}
	m.must(rows.Err())
	for _, job := range queued {
		f := &flight{of: m.byExport(job[1]), posted: true, answer: ledger.OutcomeSent}
		f.intent = store.Intent{ExportID: job[1], JobID: job[0], Token: uuid.New(), Deadline: deadlineOf, JobTimeout: deadlineOf}
		if err := m.rules.intend(ctx, m, f.intent); notGranted(err) {
			continue
		} else {
			m.must(err)
		}
		f.id = m.create(f.of)
		m.report(f)
	}
}
