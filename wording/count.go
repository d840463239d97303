package wording

import (
	"strconv"
	"strings"
)

// Count is a number with its noun, which is a regular one: 1 company, 2 companies, 3 days.
func Count[N int | int64](n N, noun string) string {
	many := noun + "s"
	if stem, y := strings.CutSuffix(noun, "y"); y && !strings.HasSuffix(noun, "ay") {
		many = stem + "ies"
	}
	return Plural(int64(n), noun, many)
}

// Plural is a number with one of two words, for what [Count] cannot make of one.
func Plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

// Number groups digits by thousands, as the text around it is English.
func Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
