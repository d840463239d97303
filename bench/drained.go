package main

import "time"

// measured brings a drain's figures to one export.
func (d *drain) measured() measured {
	n := float64(d.N)
	each := func(count int64) float64 { return float64(count) / n }
	micros := func(t time.Duration) float64 { return float64(t.Microseconds()) / n }
	settled := d.took["settled"].Seconds()
	values := map[string]float64{
		"rate": n / settled, "answered": n / d.took["answered"].Seconds(), "whole": n / (settled + d.took["hand"].Seconds()),
		"inflight": d.busy.Seconds() / d.took["answered"].Seconds(), "peak": float64(d.peak),
		"cpu_process": micros(d.workCPU.Process), "cpu_postgres": micros(d.workCPU.Postgres), "cpu_helper": micros(d.workCPU.Helper),
		"cpu_hand": micros(d.handCPU.Process + d.handCPU.Postgres + d.handCPU.Helper),
		"requests": each(int64(d.fake.CountRequests())), "lost": float64(d.lost), "doubled": float64(d.again),
	}
	values["cpu"] = values["cpu_process"] + values["cpu_postgres"] + values["cpu_helper"] + values["cpu_hand"]
	if !d.peer.elsewhere {
		values["xacts"], values["wal"], values["wal_hand"] = each(d.worked.Transactions), each(d.worked.WALBytes), each(d.handed.WALBytes)
	}
	if d.worked.Known && !d.peer.elsewhere {
		values["stmts"], values["stmts_river"] = each(d.worked.Service-d.worked.River), each(d.worked.River)
		values["stmts_hand"] = each(d.handed.Producer)
	}
	m := measured{Values: values}
	if d.peer.name == ourName {
		values["hot"] = d.hot
		if d.last {
			m.Top = d.worked.Top
		}
	}
	return m
}
