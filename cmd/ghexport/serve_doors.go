package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"
)

// The time-outs of the HTTP servers. River UI's largest answers take well under a second.
const (
	headerTimeout   = 5 * time.Second
	requestTimeout  = 15 * time.Second // to read a request
	answerTimeout   = 30 * time.Second // to make and write its answer
	idleTimeout     = time.Minute      // of a connection between two requests
	httpStopTimeout = 3 * time.Second  // for requests under way when everything else has stopped
	maxHeaderBytes  = 64 << 10
)

// door is an address at which this node answers.
type door struct {
	*http.Server
	listener net.Listener
}

// doors opens every address: the console's first, and the metrics' own where they have one. River UI works until ctx ends.
func (s *service) doors(ctx context.Context) ([]door, error) {
	first, err := s.open(ctx, "GHEXPORT_HTTP_ADDR", s.config.HTTPAddr)
	if err != nil {
		return nil, err
	}
	list := []door{first}
	if first.Handler, err = s.handler(ctx); err == nil && s.config.MetricsAddr != "" {
		var second door
		if second, err = s.open(ctx, "GHEXPORT_METRICS_ADDR", s.config.MetricsAddr); err == nil {
			mux := http.NewServeMux()
			mux.Handle("GET /metrics", s.metrics())
			second.Handler = mux
			s.log.Info("metrics", zap.String("http", "http://"+second.listener.Addr().String()+"/metrics"))
			list = append(list, second)
		}
	}
	if err != nil {
		first.listener.Close()
		return nil, err
	}
	return list, nil
}

func (s *service) open(ctx context.Context, setting, address string) (door, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return door{}, hinted(fmt.Errorf("%s: %w", setting, err), "is another process there? choose a free address, or :0")
	}
	return door{listener: listener, Server: &http.Server{
		ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout, WriteTimeout: answerTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes, ErrorLog: zap.NewStdLog(s.log),
	}}, nil
}
