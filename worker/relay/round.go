package relay

// round is one way round the companies, in slices, from where the last one left off. A slice in which nothing could be done says
// nothing about those behind it: only a whole round tells that there is nothing to do.
type round struct {
	began bool // at the first company
}

// startRound begins behind a company, "" for the first.
func startRound(after string) round { return round{began: after == ""} }

// over tells, of where a slice ended, whether every company has been looked at. "" is the end of the list. Names are not compared:
// their order is the database's own.
func (r *round) over(after string) bool {
	if after != "" {
		return false
	}
	whole := r.began
	r.began = true
	return whole
}
