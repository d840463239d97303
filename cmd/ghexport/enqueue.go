package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/jobs"
)

func (c *cli) enqueue() *cobra.Command {
	var check, asJSON bool
	var org string
	var format int
	cmd := &cobra.Command{
		Use:   "enqueue FILE|-",
		Short: "Hand over interview results, one JSON object a line",
		Long: `Reads interview results, one JSON object a line, and enqueues them in one transaction: all, or with an error none. With --check
it enqueues nothing and needs no database: it says what would become of each, and shows the note as Greenhouse would get it,
in the layout of --note-format (the day is the interview's where it names a time zone, else UTC's). With --org it asks the
database which layout and time zone that company has, and shows its notes so.`,
		Example: "  ghexport enqueue results.jsonl --check\n  ghexport enqueue results.jsonl --check --org ORG\n  cat results.jsonl | ghexport enqueue -",
		Args:    exactly("FILE|-"),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, name := range []string{"json", "org", "note-format"} {
				if cmd.Flags().Changed(name) && !check {
					return usagef("--%s goes with --check", name)
				}
			}
			look, err := c.noteLook(cmd, org, format)
			if err != nil {
				return err
			}
			results, err := c.readResults(args[0])
			if err != nil {
				return err
			}
			if check {
				return c.checkResults(results, look, asJSON)
			}
			return c.enqueueResults(cmd.Context(), results)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "enqueue nothing, and show what would become of each")
	cmd.Flags().BoolVar(&asJSON, "json", false, "with --check: print one JSON array")
	cmd.Flags().StringVar(&org, "org", "", "with --check: show this company's notes in its own layout and time zone")
	cmd.Flags().IntVar(&format, "note-format", 0, "with --check: the layout of notes, 1 or 2 (default the one of --org, else 1)")
	return cmd
}

// lineResult holds what stands in one line: a result, or what is wrong with it.
type lineResult struct {
	line   int
	result jobs.InterviewResult
	err    error
}

// longestLine bounds one line. A message may have 256 kB as Postgres writes it; as JSON of other writers it can be longer.
const longestLine = 8 << 20

// readResults reads every line that holds more than white space.
func (c *cli) readResults(path string) ([]lineResult, error) {
	source := c.in
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		source = file
	}
	scanner := bufio.NewScanner(source)
	scanner.Buffer(make([]byte, 0, 64<<10), longestLine)
	var list []lineResult
	number := 0
	for scanner.Scan() {
		number++
		text := scanner.Bytes()
		if number == 1 {
			text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // a byte order mark, which editors on Windows leave
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		one := lineResult{line: number}
		one.result, one.err = jobs.Decode(text)
		list = append(list, one)
	}
	if errors.Is(scanner.Err(), bufio.ErrTooLong) {
		return nil, fmt.Errorf("line %d is longer than %d bytes: results stand one a line", number+1, longestLine)
	}
	if err := scanner.Err(); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read results: %w", err)
	}
	return list, nil
}

// enqueueResults is all or nothing.
func (c *cli) enqueueResults(ctx context.Context, results []lineResult) error {
	if wrong := refused(results); len(wrong) > 0 {
		return hinted(wrong, "nothing was enqueued")
	}
	if len(results) == 0 {
		c.printf("there is nothing to enqueue\n")
		return nil
	}
	st, _, err := c.open(ctx, "enqueue")
	if err != nil {
		return err
	}
	defer st.Close()
	err = pgx.BeginFunc(ctx, st.Pool, func(tx pgx.Tx) error {
		for _, one := range results {
			if _, err := jobs.Enqueue(ctx, tx, one.result); err != nil {
				return fmt.Errorf("line %d: %w", one.line, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.printf("enqueued %s\n", count(len(results), "result"))
	return nil
}

// refused lists each line that is wrong with everything that is wrong in it.
func refused(results []lineResult) problems {
	var wrong problems
	for _, one := range results {
		if one.err != nil {
			wrong = append(wrong, fmt.Errorf("line %d: %w", one.line, one.err))
		}
	}
	return wrong
}
