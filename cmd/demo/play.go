package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// play sets everything up, plays the story, reports, serves on until ctx ends unless told otherwise, and takes everything down again
// in the reverse order.
func play(ctx context.Context, o options, scenes []scene, out *terminal) (err error) {
	out.printf("%s\n", out.bold("ghexport demo: interview results on their way to a simulated Greenhouse. Ctrl-C removes it all."))
	f, err := claimFolder(ctx, o.dir)
	if err != nil {
		return err
	}
	var undo undoing
	undo.add(func() error { return f.release(traced() || err != nil && err != errInterrupted) })
	if traced() {
		undo.add(func() error { showTraces(f.file(logName), out); return nil })
	}
	defer func() {
		out.clear()
		if undoErr := undo.all(); undoErr != nil {
			err = errors.Join(err, undoErr)
		}
	}()
	err = show(ctx, o, scenes, f, out, &undo)
	return err
}

// show is play between the folder's claim and its release.
func show(ctx context.Context, o options, scenes []scene, f *folder, out *terminal, undo *undoing) error {
	began := time.Now()
	st, serve, db, err := setUp(ctx, o, f, out, undo)
	if err != nil {
		return unlessInterrupted(ctx, err)
	}
	watched, cancel := serve.watch(ctx)
	defer cancel()
	seen, wrong, err := perform(watched, st, scenes)
	if err != nil {
		return unlessInterrupted(ctx, err)
	}
	var verdict error
	if wrong == 0 {
		out.printf("  %s every outcome was the expected one, in %.0f s\n", out.mark(true), time.Since(began).Seconds())
	} else {
		verdict = fmt.Errorf("%d outcomes were not the expected ones; log of ghexport serve: %s", wrong, shorten(serve.log))
	}
	if o.once {
		return verdict
	}
	if err := invite(ctx, st, f, serve, db, seen); err != nil {
		return errors.Join(verdict, err)
	}
	<-watched.Done()
	out.printf("\nStopping.\n")
	if ctx.Err() == nil { // no signal: the service ended by itself
		return errors.Join(verdict, context.Cause(watched))
	}
	return verdict
}

// unlessInterrupted is what went wrong, or errInterrupted where a signal was why.
func unlessInterrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errInterrupted
	}
	return err
}

// perform plays the scenes, prints the table, and returns how everything stands and how much of it is not as expected.
func perform(ctx context.Context, st *stage, scenes []scene) (ending, int, error) {
	st.out.printf("\n%s\n", st.out.bold("Companies connect"))
	if err := st.connect(ctx); err != nil {
		return ending{}, 0, err
	}
	st.out.printf("\n%s\n", st.out.bold("Producers hand over results"))
	for _, s := range scenes {
		if err := st.act(ctx, s); err != nil {
			return ending{}, 0, err
		}
	}
	seen, err := st.look(ctx)
	if err != nil {
		return ending{}, 0, err
	}
	return seen, st.report(scenes, seen), nil
}

// undoing takes down what was set up, the newest first.
type undoing struct{ steps []func() error }

func (u *undoing) add(step func() error) { u.steps = append(u.steps, step) }

func (u *undoing) all() error {
	var errs []error
	for _, step := range slices.Backward(u.steps) {
		errs = append(errs, step())
	}
	return errors.Join(errs...)
}

// shorten shows a path as it looks from where the reader stands.
func shorten(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if relative, err := filepath.Rel(here, path); err == nil && !strings.HasPrefix(relative, "..") {
		return relative
	}
	return path
}
