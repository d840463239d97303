package main

import (
	"errors"
	"reflect"
	"slices"
	"strings"
)

// readBy keeps of the settings' problems those of settings that a command reads: a person who asks why somebody is not in Greenhouse can
// do nothing about the service's address. With "" all are kept. What names no setting is kept, too.
func (found problems) readBy(command string) problems {
	if command == "" {
		return found
	}
	var kept problems
	for _, one := range found {
		switch name := settingOf(one); {
		case name == "":
			kept = append(kept, one)
		case !readsSetting(name, command):
		case strings.HasPrefix(name, "GHEXPORT_KEYSET") && command != "serve":
			kept = append(kept, withServedKeyset(one))
		default:
			kept = append(kept, one)
		}
	}
	return kept
}

// withServedKeyset hints at the keyset that there is: one that is made anew opens nothing.
func withServedKeyset(err error) error {
	var known *hintedError
	if errors.As(err, &known) {
		err = known.error
	}
	return hinted(err, "use the keyset that ghexport serve has; only where there is none yet, make one with ghexport keyset new, once")
}

// settingOf is the variable with which a problem begins, or "".
func settingOf(err error) string {
	end := strings.IndexFunc(err.Error(), func(r rune) bool { return r != '_' && (r < 'A' || r > 'Z') })
	if end <= 0 || settingReaders()[err.Error()[:end]] == "" {
		return ""
	}
	return err.Error()[:end]
}

// readsSetting tells whether a command reads a setting: "org link" reads what org does.
func readsSetting(name, command string) bool {
	return slices.ContainsFunc(strings.Split(settingReaders()[name], ", "), func(reader string) bool {
		return reader == "*" || reader == command || strings.HasPrefix(command, reader+" ")
	})
}

// settingReaders are the commands that read each variable, as the settings say.
func settingReaders() map[string]string {
	readers := map[string]string{}
	for field := range reflect.TypeFor[Config]().Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("env"), ","); name != "" {
			readers[name] = field.Tag.Get("read")
		}
	}
	return readers
}
