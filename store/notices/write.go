package notices

import (
	"context"
	"fmt"
)

// delivery is one way in which a notice is told.
type delivery struct {
	channel, recipient string
	state              State
	detail             string
}

// deliveries are the ways to tell something. What nobody can be told is kept as well, for people to see.
func (r Rules) deliveries(f news) []delivery {
	var list []delivery
	if r.Mail {
		for _, address := range f.To {
			list = append(list, delivery{channel: ChannelMail, recipient: address, state: NoticeWaiting})
		}
	}
	if r.Webhook && f.Hook {
		list = append(list, delivery{channel: ChannelWebhook, state: NoticeWaiting})
	}
	if len(list) > 0 {
		return list
	}
	why := "no mail is set up (GHEXPORT_SMTP_URL), and no webhook"
	switch {
	case r.Mail && f.Kind.ForCompany():
		why = "nobody of the company is named to get notices"
	case r.Mail:
		why = "nobody of ours is named to get alerts (GHEXPORT_ALERT_EMAIL)"
	}
	return []delivery{{channel: ChannelMail, state: Undeliverable, detail: why}}
}

const heldBack = "held back: many companies are refused at once, which is rarely their fault"

// write adds a notice, unless it is there already. While a wave of refusals lasts, what it would tell companies about it is held back.
func (w noticeSweep) write(ctx context.Context, f news) error {
	var channels, recipients, states, details []string
	for _, d := range w.rules.deliveries(f) {
		channels, recipients = append(channels, d.channel), append(recipients, d.recipient)
		states, details = append(states, string(d.state)), append(details, d.detail)
	}
	done, err := w.tx.Exec(ctx, `
		WITH held AS (
			SELECT EXISTS (SELECT FROM ghexport.waves v -- waves_open
			                WHERE v.ended_at IS NULL AND $6::timestamptz >= v.began_at AND $5 = 'auth.rejected'
			                  AND $2 IN ('broken', 'still_broken')) AS back
		), ways AS (
			SELECT d.channel, d.recipient, CASE WHEN d.state = 'waiting' AND held.back THEN 'suppressed' ELSE d.state END AS state,
			       CASE WHEN d.state = 'waiting' AND held.back THEN $16 ELSE nullif(d.detail, '') END AS detail
			  FROM unnest($12::text[], $13::text[], $14::text[], $15::text[]) AS d(channel, recipient, state, detail)
			 CROSS JOIN held
		)
		INSERT INTO ghexport.notices (key, kind, org_id, hold_id, cause, since, days, waiting, unknown, duplicate, companies,
		                              channel, recipient, state, detail, due_at)
		SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, channel, recipient, state, detail,
		       CASE WHEN state = 'waiting' THEN clock_timestamp() END
		  FROM ways
		ON CONFLICT ON CONSTRAINT notices_once DO NOTHING`,
		f.Key, f.Kind, f.OrgID, f.HoldID, f.Cause, f.Since, f.Days, f.Waiting, f.Unknown, f.Duplicate, f.Companies,
		channels, recipients, states, details, heldBack)
	if err != nil {
		return fmt.Errorf("write notice %s: %w", f.Key, err)
	}
	w.swept.Written += int(done.RowsAffected())
	return nil
}
