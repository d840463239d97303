package web

// metricsRoutes serve the metrics where they have no address of their own: behind the login, which a scraper sends as basic auth.
func (k *console) metricsRoutes() []route {
	if k.Metrics == nil {
		return nil
	}
	return []route{allow(staff, "GET /metrics", k.Metrics.ServeHTTP)}
}
