package jobs

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// blanks are the characters that unicode.IsSpace knows, less the control characters, which are refused where this is asked.
const blanks = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"

// text reads any text, optional.
func (c *checker) text(o object, name string) string {
	switch v := o.fields[name].(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		c.mistyped(o.path+name, "a string", v)
		return ""
	}
}

// id reads a required id.
func (c *checker) id(o object, name string) string {
	if o.fields[name] == nil {
		c.refuse(o.path+name, "is required")
		return ""
	}
	id, isText := o.fields[name].(string)
	characters := utf8.RuneCountInString(id)
	switch {
	case !isText:
		c.mistyped(o.path+name, "a string", o.fields[name])
	case characters < 1 || characters > maxID:
		c.refuse(o.path+name, "must be 1 to 200 characters")
	case strings.ContainsFunc(id, unicode.IsControl):
		c.refuse(o.path+name, "must not contain control characters")
	case strings.Trim(id, blanks) != id:
		c.refuse(o.path+name, "must not begin or end with white space")
	}
	return id
}

// line reads one line of text, optional.
func (c *checker) line(o object, name string, most int) string {
	line := c.text(o, name)
	switch {
	case utf8.RuneCountInString(line) > most:
		c.refuse(o.path+name, fmt.Sprintf("must be at most %d characters", most))
	case strings.ContainsFunc(line, unicode.IsControl):
		c.refuse(o.path+name, "must not contain control characters")
	}
	return line
}

// email reads an address, optional, in its canonical form; see [Email].
func (c *checker) email(o object, name string) string {
	text := c.text(o, name)
	if text == "" || !given(o, name) {
		return ""
	}
	email, ok := Email(text)
	if !ok {
		c.refuse(o.path+name, "must be an email address")
	}
	return email
}

// given tells whether a text holds anything that can be seen. A value of another type counts as given: its own finding says enough.
func given(o object, name string) bool {
	switch v := o.fields[name].(type) {
	case nil:
		return false
	case string:
		return strings.ContainsFunc(v, func(r rune) bool { return !unseen(r) })
	default:
		return true
	}
}
