package carrier

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store"
)

// pass carries what lies there, as much as is read at once, and returns how many messages left the source. It is committed here before
// it is deleted there; whatever comes between, the next pass does over, and what was carried is passed over.
func (t *tender) pass(ctx context.Context) (int, error) {
	messages, err := t.source.Read(ctx, t.after)
	if err != nil || len(messages) == 0 {
		if err == nil && t.after == 0 {
			t.refused = ""
		}
		t.after = 0
		return 0, err
	}
	taken, err := t.carry(ctx, messages)
	if err != nil {
		return 0, err
	}
	if len(taken) < len(messages) {
		t.after = messages[len(messages)-1].ID
	}
	return len(taken), t.source.Forget(ctx, taken)
}

// carry returns the messages that are in our database now. One that it refuses for what it says stays at the source, and holds up none.
func (t *tender) carry(ctx context.Context, messages []store.SourceMessage) (taken []store.SourceMessage, err error) {
	ctx, cancel := context.WithTimeout(ctx, ourLimit)
	defer cancel()
	_, err = t.Store.Carry(ctx, t.source.Name, messages)
	switch {
	case err == nil:
		return messages, nil
	case store.Environmental(err) || store.Contended(err) || ctx.Err() != nil:
		t.log.Warn("carry messages", zap.Error(err))
		return nil, err
	case len(messages) == 1:
		t.refused = fmt.Sprintf("message %d there cannot be taken: %s", messages[0].ID, store.SQLState(err))
		return nil, nil
	}
	for _, m := range messages {
		one, err := t.carry(ctx, []store.SourceMessage{m})
		if err != nil {
			return taken, err
		}
		taken = append(taken, one...)
	}
	return taken, nil
}
