package jobs

import (
	"encoding/json"
	"strconv"
	"strings"
)

// number is a JSON number as Postgres' numeric holds it: exactly, with the digits after the point that were written.
type number struct {
	negative bool
	digits   string // without leading zeros; "" is zero
	point    int    // how many of digits stand before the point; may be negative, or more than there are
	scale    int    // digits printed after the point
	storable bool   // within numeric's bounds; all else is unset when not
}

// Bounds of numeric, from https://www.postgresql.org/docs/current/datatype-numeric.html; the exponent's from its source.
const (
	maxDigitsBefore = 131072
	maxDigitsAfter  = 16383
	maxExponent     = 1<<30 - 2
)

// parseNumber takes a number apart without computing it: 1e999999999 must cost nothing.
func parseNumber(n json.Number) number {
	text, negative := strings.CutPrefix(string(n), "-")
	exponent := 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		e, err := strconv.Atoi(text[i+1:])
		if err != nil || e > maxExponent || e < -maxExponent {
			return number{}
		}
		text, exponent = text[:i], e
	}
	before, after, _ := strings.Cut(text, ".")
	digits := strings.TrimLeft(before+after, "0")
	point := len(digits) - len(after) + exponent
	scale := max(0, len(after)-exponent)
	if scale > maxDigitsAfter || digits != "" && point > maxDigitsBefore {
		return number{}
	}
	return number{negative: negative && digits != "", digits: digits, point: point, scale: scale, storable: true}
}

// size is the length of the number as Postgres prints it.
func (n number) size() int {
	size := 1
	if n.digits != "" {
		size = max(1, n.point)
	}
	if n.scale > 0 {
		size += 1 + n.scale
	}
	if n.negative {
		size++
	}
	return size
}

// whole returns the number if it is whole and of at most 18 digits: 3, 3.0 and 30e-1 are all 3.
func (n number) whole() (int64, bool) {
	if n.digits == "" {
		return 0, true
	}
	if n.point < 1 || n.point > 18 {
		return 0, false
	}
	digits := n.digits
	if len(digits) > n.point {
		if strings.Trim(digits[n.point:], "0") != "" {
			return 0, false
		}
		digits = digits[:n.point]
	}
	v, err := strconv.ParseInt(digits+strings.Repeat("0", n.point-len(digits)), 10, 64)
	if n.negative {
		v = -v
	}
	return v, err == nil
}
