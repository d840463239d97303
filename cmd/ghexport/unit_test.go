package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// The unit is one that systemd reads without a word, and is hardened: 10 is exposed, 2 is the best of what serves a network.
func TestUnit(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(deployDir, "systemd", "ghexport.service"))
	require.NoError(t, err)
	binary := filepath.Join(t.TempDir(), "ghexport")
	require.NoError(t, os.WriteFile(binary, []byte("#!/bin/sh\n"), 0o755)) //nolint:gosec // systemd wants to be able to run it
	unit := filepath.Join(t.TempDir(), "ghexport.service")
	require.NoError(t, os.WriteFile(unit, []byte(strings.Replace(string(text), "/usr/local/bin/ghexport", binary, 1)), 0o600))
	analyze := func(args ...string) string {
		tool, err := exec.LookPath("systemd-analyze")
		require.NoError(t, err, "install it: apt-get install systemd")
		out, err := exec.CommandContext(t.Context(), tool, args...).CombinedOutput()
		require.NoError(t, err, string(out))
		return string(out)
	}
	assert.NotContains(t, analyze("verify", unit), "ghexport.service:")
	said := regexp.MustCompile(`Overall exposure level for ghexport.service: ([0-9.]+)`).FindStringSubmatch(analyze("security", "--offline=true", unit))
	require.NotNil(t, said)
	exposure, err := strconv.ParseFloat(said[1], 64)
	require.NoError(t, err)
	assert.Less(t, exposure, 2.0)
}

// The manifests' settings are ones that serve takes, and their commands exist. That Kubernetes takes the rest is tested in bench.
func TestManifests(t *testing.T) {
	t.Parallel()
	type container struct{ Args []string }
	commands := 0
	for _, name := range []string{"ghexport.yaml", "migrate.yaml", "source.yaml"} {
		text, err := os.ReadFile(filepath.Join(deployDir, "kubernetes", name))
		require.NoError(t, err)
		for document := range strings.SplitSeq(string(text), "\n---\n") {
			var object struct {
				Kind string
				Data map[string]string
				Spec struct {
					Template struct {
						Spec struct {
							TerminationGracePeriodSeconds int         `yaml:"terminationGracePeriodSeconds"`
							InitContainers                []container `yaml:"initContainers"`
							Containers                    []container
						}
					}
				}
			}
			require.NoError(t, yaml.Unmarshal([]byte(document), &object), name)
			if object.Kind == "ConfigMap" {
				config, err := LoadConfig(object.Data, needDatabase, needKeyset, needConsole)
				require.NoError(t, err)
				assert.Empty(t, config.Unknown)
			}
			for _, container := range append(object.Spec.Template.Spec.InitContainers, object.Spec.Template.Spec.Containers...) {
				found, rest, err := (&cli{}).root().Find(container.Args)
				require.NoError(t, err)
				require.NoError(t, found.ParseFlags(rest))
				require.NoError(t, found.ValidateArgs(found.Flags().Args()), container.Args)
				commands++
			}
		}
	}
	assert.Equal(t, 6, commands)
}
