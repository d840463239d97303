package auth

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// User is an entry of GHEXPORT_CONSOLE_USERS.
type User struct {
	name string
	hash []byte
	role Role
}

// Principal returns who the user is.
func (u User) Principal() Principal { return Principal{Name: u.name, Role: u.role, Method: "password"} }

// Source stands for the whole entry: sessions that it opened end when it is taken out, or its password or role changes.
func (u User) Source() []byte {
	sum := sha256.Sum256([]byte("GHEXPORT_CONSOLE_USERS\n" + u.name + ":" + string(u.hash) + ":" + string(u.role)))
	return sum[:]
}

// maxCost bounds the work that a login costs us: bcrypt doubles it with each step, and 16 is already some seconds.
const maxCost = 16

var userName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$`)

// ParseUsers reads `name:bcrypt-hash:role` entries. The error names every wrong entry by its position and repeats none of its text:
// whatever is written in the wrong place may be a hash, or a password.
func ParseUsers(text string) (map[string]User, error) {
	users := map[string]User{}
	var problems []error
	position := 0
	for entry := range strings.SplitSeq(text, ",") {
		position++
		if strings.TrimSpace(entry) == "" {
			continue
		}
		u, wrong := parseUser(entry)
		if _, twice := users[u.name]; twice && u.name != "" {
			wrong = append(wrong, "names a user of an earlier entry")
		}
		for _, w := range wrong {
			problems = append(problems, fmt.Errorf("GHEXPORT_CONSOLE_USERS: entry %d %s", position, w))
		}
		users[u.name] = u
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return users, nil
}

func parseUser(entry string) (u User, wrong []string) {
	parts := strings.Split(strings.TrimSpace(entry), ":")
	if len(parts) != 3 {
		return u, []string{"must be name:bcrypt-hash:role"}
	}
	u = User{name: parts[0], hash: []byte(parts[1]), role: Role(parts[2])}
	if !userName.MatchString(u.name) {
		wrong = append(wrong, "needs a name of at most 64 letters, digits and . _ @ + - that begins with a letter or digit")
		u.name = ""
	}
	if cost, err := bcrypt.Cost(u.hash); err != nil || len(u.hash) != 60 {
		wrong = append(wrong, "needs a bcrypt hash of 60 characters (in a compose file write each $ of it twice)")
	} else if cost > maxCost {
		wrong = append(wrong, fmt.Sprintf("has a bcrypt hash of cost %d: at most %d, or each login takes minutes", cost, maxCost))
	}
	if !u.role.Staff() {
		wrong = append(wrong, "needs a role: viewer, oncall or admin")
	}
	return u, wrong
}
