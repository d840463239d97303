package worker

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/notices"
	"github.com/interviewing-io/greenhouse-export/wording"
	"github.com/interviewing-io/greenhouse-export/worker/notice"
)

const (
	noticesAtOnce = 4
	noticeLimit   = 25 * time.Second // one attempt
)

// Notifier sends notices by mail and webhook. Its zero value sends none.
type Notifier struct {
	Mail      *notice.Mailer // nil: no mail
	Hook      *notice.Hook   // nil: no webhook
	PublicURL string         // where links lead; empty: there are none
}

func (t Notifier) close() {
	if t.Hook != nil {
		t.Hook.CloseIdleConnections()
	}
}

// tag holds what River takes for one.
var tag = regexp.MustCompile(`\A\w[\w-]{1,253}\w\z`)

// Notify gives each notice a job that sends it. It is what the relay's sweep calls; DueNotices has already claimed them, so a call that
// fails costs a minute and nothing else.
func (w *Worker) Notify(ctx context.Context, due []notices.DueNotice) error {
	var many []river.InsertManyParams
	for _, one := range due {
		options := &river.InsertOpts{MaxAttempts: 1, Queue: noticeQueue}
		if tag.MatchString(one.OrgID) {
			options.Tags = []string{one.OrgID}
		}
		many = append(many, river.InsertManyParams{Args: jobs.NoticeArgs{NoticeID: one.ID}, InsertOpts: options})
	}
	if _, err := w.river.InsertManyFast(ctx, many); err != nil {
		return fmt.Errorf("insert notices: %w", err)
	}
	return nil
}

// noticeWorker sends one notice: intent, one attempt, settle, as exports go.
type noticeWorker struct {
	river.WorkerDefaults[jobs.NoticeArgs]
	*Worker
}

// Work sends one notice once. nil shows as completed: its receiver took it. A cancelled job is tried again by another, or was over. An
// error shows as discarded: given up.
func (w *noticeWorker) Work(ctx context.Context, job *river.Job[jobs.NoticeArgs]) error {
	id, token := job.Args.NoticeID, uuid.New()
	n, err := notices.In(w.store).Intend(ctx, id, token)
	if errors.Is(err, store.ErrNotGranted) {
		return river.JobCancel(fmt.Errorf("notice %d is not waiting to be sent, or may not leave now", id))
	}
	if err != nil {
		return river.JobCancel(fmt.Errorf("notice %d: the database was lost; it is tried again", id))
	}
	store.Failpoint("notice.intended")
	// A mail that is on its way must neither be cut by a shutdown nor by River's Cancel: it would be sent and told anew.
	sendCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noticeLimit)
	defer cancel()
	err = w.send(sendCtx, n)
	store.Failpoint("notice.sent")
	outcome, code := outcomeOf(n, err)
	settleCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
	defer cancel()
	state, err := notices.In(w.store).Settle(settleCtx, id, token, outcome)
	if err != nil {
		return fmt.Errorf("notice %d: how it ended could not be recorded; it is told again", id)
	}
	w.config.Log.Info("notice", zap.Int64("notice_id", id), zap.String("kind", string(n.Kind)), zap.String("org_id", n.OrgID),
		zap.String("channel", n.Channel), zap.Int("attempt", n.Attempts), zap.String("state", string(state)), zap.Int("code", code))
	switch state {
	case notices.Sent:
		return nil
	case notices.Dead:
		return fmt.Errorf("notice %d was given up (%s answered %d)", id, n.Channel, code)
	default:
		return river.JobCancel(fmt.Errorf("notice %d goes again in %s (%s answered %d)", id, outcome.Again.Round(time.Second), n.Channel, code))
	}
}

func (w *noticeWorker) send(ctx context.Context, n notices.Notice) error {
	t := w.config.Notifier
	name := strings.ReplaceAll(n.Message.String(), "-", "")
	switch {
	case n.Channel == notices.ChannelWebhook && t.Hook != nil:
		return t.Hook.Send(ctx, "msg_"+name, n, t.PublicURL, w.now())
	case n.Channel == notices.ChannelMail && t.Mail != nil:
		held, err := w.store.HoldFacts(ctx, n.OrgID)
		if err != nil {
			return &notice.RefusedError{Says: "why the company is held could not be read"}
		}
		return t.Mail.Send(ctx, "notice-"+name, n.Recipient, notice.Write(n, wording.OfHold(held), t.PublicURL), n.CreatedAt)
	default: // written by a node that has what this one lacks
		return &notice.RefusedError{Says: "this node has no way to send it"}
	}
}

// outcomeOf says what follows from an attempt. What was said may hold an address, so that only the code may be logged.
func outcomeOf(n notices.Notice, err error) (o notices.Outcome, code int) {
	if err == nil {
		return notices.Outcome{Sent: true}, 0
	}
	o = notices.Outcome{Detail: err.Error(), Again: ledger.RetryDelay(n.Attempts)}
	var refused *notice.RefusedError
	if errors.As(err, &refused) {
		o.Refused, code = refused.Permanent, refused.Code
	}
	return o, code
}
