package render

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMask(t *testing.T) {
	t.Parallel()
	ada := Person{
		FirstName: "Ada", LastName: "King Lovelace", Email: "ada.l+jobs@example.com", LinkedIn: "https://www.linkedin.com/in/ada-lovelace", CandidateID: "cand_9",
		Note: "Interviewed by Lee\n\nShe asked too many questions about money, and went home early.",
	}
	jose := Person{FirstName: "José", LastName: "Núñez-O'Neil", Email: "jose@example.com", CandidateID: "7"}
	for words, want := range map[string]string{
		"emails: ada.l+jobs@example.com has already been taken by Grace Hopper":                 "emails: ‹email› has already been taken by Grace Hopper",
		"ADA.L+JOBS@EXAMPLE.COM is taken":                                                       "‹email› is taken",
		"ada.l%2Bjobs%40example.com is taken":                                                   "‹email› is taken",
		`{"email":"ada.l+jobs\u0040example.com"}`:                                               `{"email":"‹address›"}`,
		"ada.l+jobs is no user, nor is ada.l":                                                   "‹email› is no user, nor is ‹email›",
		"<ada.l+jobs@example.com>, grace@hopper.example; o'b@x.ie.":                             "<‹email›>, ‹address›; ‹address›.",
		"mailto:grace%40hopper.example":                                                         "mailto:‹address›",
		"Ada King Lovelace exists, KING LOVELACE, ADA too":                                      "‹full_name› exists, ‹full_name› too",
		"Ada+King+Lovelace, Ada%20King%20Lovelace":                                              "‹full_name›, ‹full_name›",
		"first name Ada, last name King Lovelace or Lovelace":                                   "first name ‹first_name›, last name ‹last_name› or ‹last_name›",
		"Adam and canada stay, and first_name, and ada_x":                                       "Adam and canada stay, and first_name, and ada_x",
		`line\nAda and ?q=%20Ada and "Ada"`:                                                     `line\n‹first_name› and ?q=%20‹first_name› and "‹first_name›"`,
		"see https://www.linkedin.com/in/ada-lovelace":                                          "see ‹linkedin›",
		"see LinkedIn.com/in/Ada-Lovelace and https:\\/\\/www.linkedin.com\\/in\\/ada-lovelace": "see ‹linkedin› and ‹linkedin›",
		"https%3A%2F%2Fwww.linkedin.com%2Fin%2Fada-lovelace":                                    "‹linkedin›",
		"external_id CAND_9 exists; cand_91 does not":                                           "external_id ‹candidate_id› exists; cand_91 does not",
		"notes: She asked too many questions about money, and went home early. is long":         "notes: ‹note› is long",
		"first_name: can't be blank":                                                            "first_name: can't be blank",
		"":                                                                                      "",
	} {
		assert.Equal(t, want, Mask(words, ada), words)
	}
	for words, want := range map[string]string{
		"José, Jose, JOSÉ, Jose\u0301, Jos\\u00e9, Jos%C3%A9, Jos&eacute;": "‹first_name›, ‹first_name›, ‹first_name›, ‹first_name›, ‹first_name›, ‹first_name›, Jos&eacute;",
		"Núñez-O'Neil, NUNEZ-O'NEIL, N&uacute;, Núñez-O&#39;Neil":          "‹last_name›, ‹last_name›, N&uacute;, ‹last_name›",
		"7 things, at most 7": "7 things, at most 7",
		"jose@example.com":    "‹email›",
	} {
		assert.Equal(t, want, Mask(words, jose), words)
	}
	nobody := "grace is ‹email›, 5 @ 3, @home, a@"
	assert.Equal(t, nobody, Mask(nobody, Person{}))
	assert.Equal(t, "user ‹address› is not active", Mask("user mia@acme.example is not active", Person{}))
	one := Person{FirstName: "Cher", LastName: "-", Email: "a@b.cc"}
	assert.Equal(t, "‹first_name› - too short: ‹email›", Mask("Cher - too short: a@b.cc", one))
	token := Person{FirstName: "Email", LastName: "Name", Email: "email.name@b.cc"}
	assert.Equal(t, "‹email› ‹full_name› ‹last_name›", Mask("email.name@b.cc Email Name NAME", token), "what replaces is not replaced")
	long := Mask(strings.Repeat("ada.l ", 400), ada)
	assert.NotContains(t, long, "ada")
}
