package jobs

// ExportArgs is the River job that may send one export, once. It names the export and nothing else: job args are read by many, and
// never hold personal data.
type ExportArgs struct {
	ExportID int64 `json:"export_id"`
}

// Kind is "export".
func (ExportArgs) Kind() string { return "export" }

// ProbeArgs is the River job that asks Greenhouse whether a company on hold may send again.
type ProbeArgs struct {
	OrgID string `json:"org_id"`
}

// Kind is "probe".
func (ProbeArgs) Kind() string { return "probe" }

// HookArgs is the River job that works off what a company's Greenhouse said by webhook.
type HookArgs struct {
	OrgID string `json:"org_id"`
}

// Kind is "hook".
func (HookArgs) Kind() string { return "hook" }

// TrackArgs is the River job that asks Greenhouse where a company's sent candidates stand.
type TrackArgs struct {
	OrgID string `json:"org_id"`
}

// Kind is "track".
func (TrackArgs) Kind() string { return "track" }

// NoticeArgs is the River job that may send one notice to one receiver.
type NoticeArgs struct {
	NoticeID int64 `json:"notice_id"`
}

// Kind is "notice".
func (NoticeArgs) Kind() string { return "notice" }
