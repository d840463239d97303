package main

import (
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// logger writes JSON to standard error, or lines for people where that is a terminal. Times are UTC. The level may be changed while it
// writes.
func (c *cli) logger(config Config) (*zap.Logger, zap.AtomicLevel) {
	level, err := zap.ParseAtomicLevel(config.LogLevel)
	if err != nil {
		level = zap.NewAtomicLevel() // LoadConfig has refused every other word
	}
	encoding := zap.NewProductionEncoderConfig()
	encoding.TimeKey = "at"
	encoding.EncodeTime = func(t time.Time, to zapcore.PrimitiveArrayEncoder) {
		to.AppendString(t.UTC().Format("2006-01-02T15:04:05.000Z"))
	}
	encoding.EncodeDuration = zapcore.StringDurationEncoder
	encoder := zapcore.NewJSONEncoder(encoding)
	if _, ok := terminal(c.err); ok {
		encoding.EncodeLevel = zapcore.CapitalColorLevelEncoder
		encoder = zapcore.NewConsoleEncoder(encoding)
	}
	return zap.New(zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(c.err)), level)), level
}
