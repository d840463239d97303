package notice

// RefusedError says that a receiver did not take a message.
type RefusedError struct {
	Permanent bool   // it will not take it later either
	Code      int    // SMTP's or HTTP's; 0 where there was no answer
	Says      string // what it said, or what kept us from hearing it. It may repeat the address: keep it out of logs.
}

// Error names what was said.
func (e *RefusedError) Error() string { return e.Says }
