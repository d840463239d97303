package render

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/edit"
)

func TestEdit(t *testing.T) {
	t.Parallel()
	was := ledger.Body{FirstName: "Ada", LastName: "-", Email: "ada@exmaple.com", Note: "as it was", NoteFormat: 1}
	padded := []string{ledger.FlagNamePadded}
	for name, one := range map[string]struct {
		set             map[string]string
		want            ledger.Body
		lowered, raised []string
	}{
		"Email":       {map[string]string{"email": " ada@example.com "}, ledger.Body{FirstName: "Ada", LastName: "-", Email: "ada@example.com"}, nil, nil},
		"EmailPasted": {map[string]string{"email": "Zoe <mailto:zoe\u0308@example.com.>\u200b"}, ledger.Body{FirstName: "Ada", LastName: "-", Email: "zoë@example.com"}, nil, nil},
		"Name":        {map[string]string{"name": "Ada  King Lovelace"}, ledger.Body{FirstName: "Ada", LastName: "King Lovelace", Email: was.Email}, padded, nil},
		"OneWordName": {map[string]string{"name": "Adah"}, ledger.Body{FirstName: "Adah", LastName: "-", Email: was.Email}, padded, padded},
		"LastName":    {map[string]string{"last_name": "Lovelace"}, ledger.Body{FirstName: "Ada", LastName: "Lovelace", Email: was.Email}, padded, nil},
		"FirstName":   {map[string]string{"first_name": "Adah"}, ledger.Body{FirstName: "Adah", LastName: "-", Email: was.Email}, padded, padded},
		"LinkedIn": {
			map[string]string{"linkedin": "linkedin.com/in/ada?x=1"},
			ledger.Body{FirstName: "Ada", LastName: "-", Email: was.Email, LinkedIn: "https://www.linkedin.com/in/ada"},
			[]string{ledger.FlagLinkedInLeftOut}, nil,
		},
		"NoLinkedIn": {map[string]string{"linkedin": ""}, ledger.Body{FirstName: "Ada", LastName: "-", Email: was.Email}, []string{ledger.FlagLinkedInLeftOut}, nil},
		"Both": {
			map[string]string{"first_name": "Adah", "last_name": "Lovelace", "email": "l@example.com"},
			ledger.Body{FirstName: "Adah", LastName: "Lovelace", Email: "l@example.com"}, padded, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one.want.Note, one.want.NoteFormat = was.Note, was.NoteFormat
			got, err := Edit(was, one.set)
			require.NoError(t, err)
			assert.Equal(t, edit.Edited{Body: one.want, Lowered: one.lowered, Raised: one.raised}, got)
		})
	}
}

func TestEdit_Refuses(t *testing.T) {
	t.Parallel()
	for want, set := range map[string]map[string]string{
		"no field is named":                        {},
		`"note" cannot be edited`:                  {"note": "x"},
		"email must not be empty":                  {"email": " "},
		"name must not be empty":                   {"name": "\u200b"},
		"email must be an email address":           {"email": "ada@exam\u200bple.com"},
		"last_name must not be empty":              {"last_name": "\u3164\u2800"},
		"linkedin must be the address":             {"linkedin": "https://example.com/ada"},
		"must be valid UTF-8":                      {"name": "\xff"},
		"must not contain U+0000":                  {"name": "a\x00b"},
		"name must not contain control characters": {"name": "a\nb"},
	} {
		_, err := Edit(ledger.Body{FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.com"}, set)
		require.ErrorContains(t, err, want)
	}
}
