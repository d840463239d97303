package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"
	"gopkg.in/yaml.v3"

	"github.com/interviewing-io/greenhouse-export/store/rights"
)

const repository = "../../"

// composeFile holds what of docker-compose.yml means something to us.
type composeFile struct {
	Services map[string]composeService `yaml:"services"`
	Configs  map[string]struct {
		Content string `yaml:"content"`
	} `yaml:"configs"`
	Volumes map[string]any `yaml:"volumes"`
}

type composeService struct {
	Image string `yaml:"image"`
	Build struct {
		Target string `yaml:"target"`
	} `yaml:"build"`
	Command     []string          `yaml:"command"`
	Environment map[string]string `yaml:"environment"`
	Ports       []string          `yaml:"ports"`
	Volumes     []string          `yaml:"volumes"`
	Profiles    []string          `yaml:"profiles"`
	DependsOn   map[string]struct {
		Condition string `yaml:"condition"`
	} `yaml:"depends_on"`
	Healthcheck *struct {
		Test []string `yaml:"test"`
	} `yaml:"healthcheck"`
}

// environment returns what a container gets: compose puts a variable of its own in the place of each single $, and one $ for two.
func (s composeService) environment(t *testing.T) map[string]string {
	t.Helper()
	env := map[string]string{}
	for name, value := range s.Environment {
		require.NotRegexp(t, regexp.MustCompile(`(^|[^$])(\$\$)*\$([^$]|$)`), value, "%s would be interpolated", name)
		env[name] = strings.ReplaceAll(value, "$$", "$")
	}
	return env
}

func readCompose(t *testing.T) composeFile {
	t.Helper()
	text, err := os.ReadFile(repository + "docker-compose.yml")
	require.NoError(t, err)
	var file composeFile
	require.NoError(t, yaml.Unmarshal(text, &file))
	return file
}

// demoUser returns the login of docker-compose.yml.
func demoUser(t *testing.T) (name, hash, role string) {
	t.Helper()
	exporter := readCompose(t).Services["exporter"]
	parts := strings.Split(exporter.environment(t)["GHEXPORT_CONSOLE_USERS"], ":")
	require.Len(t, parts, 3)
	return parts[0], parts[1], parts[2]
}

func TestCompose(t *testing.T) {
	t.Parallel()
	file := readCompose(t)

	t.Run("EveryServiceIsConfiguredRight", func(t *testing.T) {
		t.Parallel()
		needs := map[string][]need{"exporter": {needDatabase, needKeyset}}
		for name, service := range file.Services {
			if service.Build.Target != "ghexport" || service.Command[0] == "keyset" {
				continue
			}
			wants := needs[name]
			if wants == nil {
				wants = []need{needDatabase}
			}
			config, err := LoadConfig(service.environment(t), wants...)
			require.NoError(t, err, name)
			assert.Empty(t, config.Unknown, name)
		}
	})

	t.Run("EveryCommandExists", func(t *testing.T) {
		t.Parallel()
		for name, service := range file.Services {
			if service.Build.Target != "ghexport" {
				continue
			}
			c := &cli{}
			found, rest, err := c.root().Find(service.Command)
			require.NoError(t, err, name)
			require.NoError(t, found.ParseFlags(rest), name)
			require.NoError(t, found.ValidateArgs(found.Flags().Args()), name)
			assert.NotEqual(t, "ghexport", found.Name(), name)
		}
	})

	t.Run("StartsInOrder", func(t *testing.T) {
		t.Parallel()
		after := func(service, other, condition string) {
			assert.Equal(t, condition, file.Services[service].DependsOn[other].Condition, "%s after %s", service, other)
		}
		require.NotNil(t, file.Services["postgres"].Healthcheck)
		after("migrate", "postgres", "service_healthy")
		after("grant-service", "migrate", "service_completed_successfully")
		after("grant-producer", "grant-service", "service_completed_successfully")
		after("exporter", "grant-producer", "service_completed_successfully")
		after("exporter", "keyset", "service_completed_successfully")
		for name, service := range file.Services {
			for other := range service.DependsOn {
				assert.Contains(t, file.Services, other, name)
				assert.Empty(t, file.Services[other].Profiles, "%s needs %s, which does not start by itself", name, other)
			}
		}
	})

	t.Run("ServesAsTheRoleThatWasGranted", func(t *testing.T) {
		t.Parallel()
		url := file.Services["exporter"].environment(t)["DATABASE_URL"]
		assert.Contains(t, url, "//ghexport_service:service@")
		assert.Equal(t, []string{"grant", "--" + string(rights.GrantService), "ghexport_service"}, file.Services["grant-service"].Command)
		assert.Contains(t, file.Configs["roles"].Content, "CREATE ROLE ghexport_service LOGIN PASSWORD 'service'")
	})

	t.Run("TheKeysetIsWhereTheExporterLooks", func(t *testing.T) {
		t.Parallel()
		path := file.Services["exporter"].environment(t)["GHEXPORT_KEYSET_FILE"]
		assert.Contains(t, file.Services["keyset"].Command, path)
		assert.Contains(t, file.Services["keyset"].Volumes, "keys:/keys")
		assert.Contains(t, file.Services["exporter"].Volumes, "keys:/keys:ro")
		assert.Contains(t, file.Volumes, "keys")
	})

	t.Run("NothingListensBeyondThisMachine", func(t *testing.T) {
		t.Parallel()
		for name, service := range file.Services {
			for _, port := range service.Ports {
				assert.True(t, strings.HasPrefix(port, "127.0.0.1:"), "%s: %s", name, port)
			}
		}
	})

	t.Run("TheLoginIsTheOneThatIsWrittenDown", func(t *testing.T) {
		t.Parallel()
		name, hash, _ := demoUser(t)
		assert.Equal(t, "demo", name)
		assert.NoError(t, bcrypt.CompareHashAndPassword([]byte(hash), []byte("demo")))
		readme, err := os.ReadFile(repository + "README.md")
		require.NoError(t, err)
		assert.Contains(t, string(readme), "login `demo`, password `demo`")
		assert.Contains(t, string(readme), "docker compose up")
	})
}

// TestDockerfile holds what the images promise against the file that makes them.
func TestDockerfile(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(repository + "Dockerfile")
	require.NoError(t, err)
	stages := regexp.MustCompile(`(?m)^FROM (\S+) AS (\S+)$`).FindAllStringSubmatch(string(text), -1)
	require.Len(t, stages, 3)
	for _, stage := range stages[1:] {
		assert.Equal(t, "scratch", stage[1], stage[2])
	}
	assert.Equal(t, 2, strings.Count(string(text), "\nUSER 65532:65532\n"), "both run as nobody")
	assert.Contains(t, string(text), "CGO_ENABLED=0")
	targets := map[string]bool{stages[1][2]: true, stages[2][2]: true}
	for name, service := range readCompose(t).Services {
		if service.Build.Target != "" {
			assert.True(t, targets[service.Build.Target], name)
		}
	}
}

// What the images are built of must reach the build.
func TestDockerignore_LeavesThePackagesIn(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(repository + ".dockerignore")
	require.NoError(t, err)
	left := strings.Fields(string(text))
	for _, p := range list(t) {
		if p.ImportPath != module+"/cmd/ghexport" && p.ImportPath != module+"/cmd/greenhouse-sim" {
			continue
		}
		for _, dep := range append(p.Deps, p.ImportPath) {
			if folder, ours := strings.CutPrefix(dep, module+"/"); ours {
				top, _, _ := strings.Cut(folder, "/")
				assert.NotContains(t, left, top, "%s needs %s", p.ImportPath, folder)
			}
		}
	}
}
