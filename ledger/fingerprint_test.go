package ledger_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

func TestShape(t *testing.T) {
	t.Parallel()
	for detail, want := range map[string]string{
		"":                                 "",
		"after 72 h":                       "after N h",
		"emails.type: must be one of 3":    "emails.type: must be one of N",
		"emails[0].type: is not included.": "emails[N].type: is not included",
		`first_name: "Ada" is too short`:   "first_name: … is too short",
		"first_name: 'Ada' is too short":   "first_name: … is too short",
		"emails: can't be blank":           "emails: can't be blank",
		"email: ada.k+x@example.com has already been taken":                         "email: EMAIL has already been taken",
		"email <ada@example.com> is taken":                                          "email <EMAIL> is taken",
		"url: https://linkedin.com/in/ada?x=1 is not valid":                         "url: URL is not valid",
		"applied_at: 2026-11-24T09:00:00.123Z is in the future":                     "applied_at: TIME is in the future",
		"born: 2001-02-03 is no date":                                               "born: TIME is no date",
		"candidate 9f1c2d3e-0000-4aaa-8bbb-123456789abc: not found":                 "candidate ID: not found",
		"request 8f3a9c2b1d failed":                                                 "request ID failed",
		"job_id: 4512 does not exist":                                               "job_id: N does not exist",
		"notes: is  too\n long ":                                                    "notes: is too long",
		"b: is wrong; a: is wrong":                                                  "a: is wrong; b: is wrong",
		"a: is wrong 1; a: is wrong 2":                                              "a: is wrong N",
		"panic: runtime.boundsError":                                                "panic: runtime.boundsError",
		"notes: " + strings.Repeat("ä", 400):                                        "notes: " + strings.Repeat("ä", 146),
		"notes: contact support with incident a1b2c3d4e5f6 at status.greenhouse.io": "notes: contact support with incident ID at status.greenhouse.io",
	} {
		assert.Equal(t, want, ledger.Shape(detail), detail)
		assert.Equal(t, want, ledger.Shape(want), "a shape's shape is itself")
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	for shape, want := range map[string][2]string{
		"":                              {"", ""},
		"after N h":                     {"", "after N h"},
		"emails.type: must be one of N": {"emails.type", "must be one of N"},
		"emails[N].type: is wrong":      {"emails[N].type", "is wrong"},
		"a: is wrong; b: is wrong":      {"a, b", "is wrong"},
		"a: is wrong; something else":   {"a", "is wrong; something else"},
		"something went wrong: sorry":   {"", "something went wrong: sorry"},
	} {
		field, message := ledger.Fields(shape)
		assert.Equal(t, want, [2]string{field, message}, shape)
	}
}
