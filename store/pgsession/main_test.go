package pgsession_test

import (
	"os"
	"testing"

	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }
