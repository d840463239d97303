package greenhouse

import (
	"context"
	"errors"
	"net/http"
)

// User is the person in whose name requests are made.
type User struct {
	ID        int64 // 0 where Greenhouse leaves it out
	FullName  string
	FirstName string
	LastName  string
	Email     string
}

// CurrentUser reads who OnBehalfOf is, which proves key and email together:
// https://developers.greenhouse.io/candidate-ingestion.html#retrieve-current-user
func (c *Client) CurrentUser(ctx context.Context, cred Credential) (*User, Answer, error) {
	return do(ctx, c, cred, call{op: OpCurrentUser, method: http.MethodGet, path: "current_user"}, decodeUser)
}

func decodeUser(body []byte) (*User, error) {
	got, err := object[struct {
		ID        looseID   `json:"id"`
		FullName  looseText `json:"full_name"`
		FirstName looseText `json:"first_name"`
		LastName  looseText `json:"last_name"`
		Email     looseText `json:"email"`
	}](body)
	if err != nil {
		return nil, err
	}
	u := User{int64(got.ID), string(got.FullName), string(got.FirstName), string(got.LastName), string(got.Email)}
	if u.FullName == "" { // added to the API later than the parts
		u.FullName = clean(u.FirstName+" "+u.LastName, maxExplanation)
	}
	if u.FullName == "" && u.Email == "" {
		return nil, &contentError{errors.New("no user")}
	}
	return &u, nil
}
