package jobs

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"
)

// rfc3339 is stricter than time.Parse, and the same expression as in SQL; time.Parse then knows which days exist.
var rfc3339 = regexp.MustCompile(`^(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`)

// flag reads true, false or not answered.
func (c *checker) flag(o object, name string) *bool {
	switch v := o.fields[name].(type) {
	case nil:
		return nil
	case bool:
		return &v
	default:
		c.mistyped(o.path+name, "true, false or null", v)
		return nil
	}
}

// whole reads a whole number within bounds, however it is written.
func (c *checker) whole(o object, name string, lowest, highest int64, required bool) *int64 {
	if o.fields[name] == nil {
		if required {
			c.refuse(o.path+name, "is required")
		}
		return nil
	}
	v, isNumber := o.fields[name].(json.Number)
	if !isNumber {
		c.mistyped(o.path+name, "a number", o.fields[name])
		return nil
	}
	if n, isWhole := parseNumber(v).whole(); isWhole && lowest <= n && n <= highest {
		return &n
	}
	if lowest == highest {
		c.refuse(o.path+name, fmt.Sprintf("must be %d", lowest))
	} else {
		c.refuse(o.path+name, fmt.Sprintf("must be a whole number from %d to %d", lowest, highest))
	}
	return nil
}

// time reads a required time and keeps its offset.
func (c *checker) time(o object, name string) time.Time {
	switch v := o.fields[name].(type) {
	case nil:
		c.refuse(o.path+name, "is required")
	case string:
		if rfc3339.MatchString(v) {
			if t, err := time.Parse(time.RFC3339Nano, v); err == nil {
				return t
			}
		}
		c.refuse(o.path+name, "must be an RFC 3339 time with its offset, in the years 1970 to 9999, such as 2017-09-28T17:00:00Z")
	default:
		c.mistyped(o.path+name, "a string", v)
	}
	return time.Time{}
}

// zone reads the name of a time zone, optional.
func (c *checker) zone(o object, name string) string {
	switch v := o.fields[name].(type) {
	case nil:
	case string:
		if timeZones()[v] {
			return v
		}
		c.refuse(o.path+name, "must be an IANA time zone such as America/Los_Angeles")
	default:
		c.mistyped(o.path+name, "a string", v)
	}
	return ""
}
