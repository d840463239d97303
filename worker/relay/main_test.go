package relay

import (
	"os"
	"testing"
	_ "time/tzdata"

	"go.uber.org/goleak"

	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

func TestMain(m *testing.M) {
	code := storetest.Run(m)
	if code == 0 {
		if err := goleak.Find(); err != nil {
			println("goroutines leaked:", err.Error())
			code = 1
		}
	}
	os.Exit(code)
}
