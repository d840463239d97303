package connections

import (
	"errors"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/render"
)

// Answered says what an answer to a read tells of the credential.
func Answered(look store.Look, user *greenhouse.User, err error) store.Look {
	var refused *greenhouse.Error
	switch {
	case err == nil:
		look.Answer, look.UserName = store.CheckAccepted, user.FullName
		return look
	case !errors.As(err, &refused):
		look.Answer = store.CheckNone
		return look
	}
	look.Detail, look.Status = render.Detail(refused, render.Person{}), max(look.Status, refused.Status)
	switch refused.Class {
	case greenhouse.ClassAuthRejected:
		look.Answer, look.Cause = store.CheckRefused, ledger.CauseAuthRejected
	case greenhouse.ClassPermissionDenied:
		look.Answer, look.Cause = store.CheckRefused, ledger.CausePermissionDenied
	default:
		look.Answer = store.CheckNone
	}
	return look
}
