//go:build !failpoints

package store

// Failpoint does nothing, and the compiler removes it: the crash sweep builds with the tag failpoints, in which it may end the process.
func Failpoint(string) {}
