package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// jsonNames are the fields that programs rely on, for every read that takes --json: none of them may go, or change its kind. More may come.
// A kind is one letter: s string, n number, b boolean, a array, o object; ? also null.
var jsonNames = map[string]string{
	"exports": `id n, org_id s, interview_id s, candidate_id s, state s, cause s?, detail s?, flags a, attempts n, greenhouse_candidate_id n?,
		greenhouse_application_id n?, profile_url s?, created_at s, due_at s?, sent_at s?, held s?`,
	"dead": `id n, org_id s, interview_id s, candidate_id s, state s, cause s?, detail s?, flags a, attempts n, greenhouse_candidate_id n?,
		greenhouse_application_id n?, profile_url s?, created_at s, due_at s?, sent_at s?, held s?`,
	"dead --group": `fingerprint s, cause s, detail s, count n, orgs a, first_seen s, last_seen s, sample n, replay s, because s`,
	"show 1":       `id n, org_id s, interview_id s, state s, note s?, timeline a, attempt_log a`,
	"why iv_1":     `org_id s, interview_id s, export_id n?, state s?, held s?, profile_url s?, checks a`,
	"health":       `problems a, states o, outbox n, due n, in_flight n, dead n, unknown n, duplicate n, held a, stopped o?, companies_on n`,
	"runs list":    `id n, state s, phase s, actor s, reason s, ticket s?, members n, canary n, rate n?, created_at s, ended_at s?, counts o`,
	"runs show 1":  `id n, state s, phase s, because s?, actor s, reason s, ticket s?, members n, canary n, rate n?, created_at s, counts o`,
	"audit":        `id n, at s, actor s, action s, org_id s?, export_id n?, reason s?, detail o?`,
	"track":        `org_id s, sent n, seen n, active n, rejected n, hired n, missing n, gone n, first_move_s n?, looked_at s?, answered_at s?, refused_at s?`,
	"track --org acme": `export_id n, org_id s, interview_id s, greenhouse_candidate_id n, profile_url s?, status s, stage s?, job s?, sent_at s, seen_at s?,
		moved_at s?, gone s, next_look_at s?`,
	"org webhook show acme":      `address s, org_id s, made_at s, made_by s, before_until s?, ping_at s?, last_at s?, refused n, unused n, waiting n`,
	"org links show acme":        `list a`,
	"held c_iv_1 --reason names": `at s, reason s, tables a, named_in a, left_out a`,
	"sessions list":              `sessions a, links a, more b`,
	"org list":                   `org_id s, held s?, waiting n, created_by s?, key_last5 s?`,
	"org show acme":              `org_id s, enabled b, held s?, waiting n, created_by s?, key_last5 s?, second_interview s, server_errors s`,
	"reconcile --since 1d":       `since s, checked n, unseen a, unasked o, restored b, maybe_sent a`,
	"doctor":                     `check s, ok b, detail s`,
	"version":                    `version s, go s, platform s, schema n, schema_version n, note_format n`,
	"explain":                    `name s, is_cause b, summary s`,
	"explain bug":                `name s, is_cause b, summary s, sections a, markdown s`,
	"migrate status":             `version n, applied_at s?`,
}

func TestJSON_NamesStay(t *testing.T) {
	t.Parallel()
	d := newDrill(t, newStage(t), "bug")
	d.service()
	d.refused("iv_1", "iv_2")
	d.must(t, "", "replay", "--org", "acme", "--limit", "1", "--yes", "--reason", "fixed")
	d.folded("sent", result("acme", "iv_9"))
	d.must(t, "", "org", "track", "acme")
	d.must(t, "", "org", "webhook", "new", "acme", "--reason", "names")
	for command, names := range jsonNames {
		_, out, errOut := d.ghexport(t, "", append(strings.Fields(command), "--json")...)
		var document any
		require.NoError(t, json.Unmarshal([]byte(out), &document), "%s --json: %s%s", command, out, errOut)
		if list, is := document.([]any); is {
			require.NotEmpty(t, list, command)
			document = list[0]
		}
		object, is := document.(map[string]any)
		require.True(t, is, "%s: %v", command, document)
		for field := range strings.SplitSeq(names, ",") {
			name, kind, _ := strings.Cut(strings.TrimSpace(field), " ")
			value, there := object[name]
			if assert.True(t, there, "%s --json lacks %s", command, name) && (value != nil || !strings.HasSuffix(kind, "?")) {
				assert.Equal(t, kind[:1], kindOf(value), "%s --json: %s is %v", command, name, value)
			}
		}
	}
}

// Every read is held to its names.
func TestJSON_NamesOfEveryRead(t *testing.T) {
	t.Parallel()
	for _, command := range everyCommand() {
		if !reads(command) {
			continue
		}
		name := strings.TrimPrefix(command.CommandPath(), "ghexport ")
		held := false
		for known := range jsonNames {
			held = held || known == name || strings.HasPrefix(known, name+" ")
		}
		assert.True(t, held, "%s --json", name)
	}
}

func kindOf(value any) string {
	switch value.(type) {
	case string:
		return "s"
	case float64:
		return "n"
	case bool:
		return "b"
	case []any:
		return "a"
	case map[string]any:
		return "o"
	}
	return fmt.Sprintf("%T", value)
}
