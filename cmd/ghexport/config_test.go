package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLoadConfig(t *testing.T) {
	t.Parallel()

	t.Run("DefaultsAreThoseOfTheHelp", func(t *testing.T) {
		t.Parallel()
		c, err := LoadConfig(map[string]string{"DATABASE_URL": "postgres://localhost/app"}, needDatabase)
		require.NoError(t, err)
		assert.Equal(t, Config{
			DatabaseURL: "postgres://localhost/app", GreenhouseBaseURL: "https://api.greenhouse.io", HTTPAddr: "127.0.0.1:8080",
			Workers: 64, JobTimeout: 30 * time.Second, ShutdownTimeout: 25 * time.Second, RelayPoll: time.Second, LogLevel: "info",
			KeepPeople: 365, KeepAttempts: 365, KeepAudit: 1095, KeepNotices: 90, KeepEvents: 30, KeepJobs: 24 * time.Hour,
		}, c)
	})

	t.Run("WhatIsNeededIsKept", func(t *testing.T) {
		t.Parallel()
		_, err := LoadConfig(map[string]string{
			"GHEXPORT_KEEP_PEOPLE_DAYS": "-1", "GHEXPORT_KEEP_ATTEMPTS_DAYS": "30", "GHEXPORT_KEEP_AUDIT_DAYS": "89", "GHEXPORT_KEEP_NOTICES_DAYS": "0",
			"GHEXPORT_KEEP_EVENTS_DAYS":    "6",
			"GHEXPORT_KEEP_CANCELLED_JOBS": "1m",
		})
		require.Error(t, err)
		for _, wrong := range []string{
			"GHEXPORT_KEEP_PEOPLE_DAYS: -1 is neither 0, for ever, nor at least 7", "GHEXPORT_KEEP_ATTEMPTS_DAYS: 30 is neither",
			"GHEXPORT_KEEP_AUDIT_DAYS: 89 is neither", "GHEXPORT_KEEP_EVENTS_DAYS: 6 is neither 0, for ever, nor at least 7", "GHEXPORT_KEEP_CANCELLED_JOBS: 1m0s is less than 1h0m0s",
		} {
			assert.ErrorContains(t, err, wrong)
		}
		assert.NotContains(t, err.Error(), "NOTICES")
	})

	t.Run("AnEmptyVariableIsNotSet", func(t *testing.T) {
		t.Parallel()
		c, err := LoadConfig(map[string]string{"GREENHOUSE_BASE_URL": "", "GHEXPORT_WORKERS": "", "GHEXPORT_DEV": ""})
		require.NoError(t, err)
		assert.Equal(t, "https://api.greenhouse.io", c.GreenhouseBaseURL)
		assert.Equal(t, 64, c.Workers)
	})

	t.Run("PlainHTTPStaysOnThisMachine", func(t *testing.T) {
		t.Parallel()
		for address, allowed := range map[string]bool{
			"http://127.0.0.1:8081": true, "http://localhost:8081/mounted": true, "http://[::1]:1": true,
			"https://greenhouse.example": true, "http://greenhouse.example": false, "http://127.0.0.1.example.com": false,
			"http://0.0.0.0:80": false, "ftp://127.0.0.1": false, "https://": false, "https://user:pass@api.greenhouse.io": false,
		} {
			_, err := LoadConfig(map[string]string{"GREENHOUSE_BASE_URL": address})
			assert.Equal(t, allowed, err == nil, address)
		}
		c, err := LoadConfig(map[string]string{"GREENHOUSE_BASE_URL": "http://greenhouse.example", "GHEXPORT_DEV": "true"})
		require.NoError(t, err)
		assert.True(t, c.Dev)
	})

	t.Run("OneKeysetOnly", func(t *testing.T) {
		t.Parallel()
		_, err := LoadConfig(map[string]string{"GHEXPORT_KEYSET": "{}", "GHEXPORT_KEYSET_FILE": "keys.json"})
		require.ErrorContains(t, err, "GHEXPORT_KEYSET and GHEXPORT_KEYSET_FILE: both are set")
	})

	t.Run("NamesWhatItDoesNotKnow", func(t *testing.T) {
		t.Parallel()
		c, err := LoadConfig(map[string]string{"GHEXPORT_WORKER": "7", "GHEXPORT_AKTOR": "ada", "HOME": "/", "GHEXPORT_ACTOR": "ada"})
		require.NoError(t, err)
		assert.Equal(t, []string{"GHEXPORT_AKTOR", "GHEXPORT_WORKER"}, c.Unknown)
	})
}

func TestSince(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"":                     {},
		"2h":                   now.Add(-2 * time.Hour),
		"3d":                   now.Add(-72 * time.Hour),
		"1d12h":                now.Add(-36 * time.Hour),
		"90s":                  now.Add(-90 * time.Second),
		"2026-11-23T00:00:00Z": time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
	} {
		got, err := since(text, now)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"yesterday", "-2h", "3", "2026-11-23", "d", "3dx"} {
		_, err := since(text, now)
		assert.Error(t, err, text)
	}
}

func TestSkew(t *testing.T) {
	t.Parallel()
	before := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	after := before.Add(2 * time.Second) // a slow answer is no skew
	assert.Zero(t, skew(before.Add(time.Second), before, after))
	assert.Equal(t, 6*time.Second, skew(after.Add(6*time.Second), before, after))
	assert.Equal(t, -7*time.Second, skew(before.Add(-7*time.Second), before, after))
}
