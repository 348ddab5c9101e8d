package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// asker returns a function that puts a question and returns an error unless the answer is yes.
func asker(in io.Reader, out io.Writer) func(ctx context.Context, question string) error {
	return func(ctx context.Context, question string) error {
		fmt.Fprintf(out, "\n%s [y/N] ", question)
		answer := make(chan string, 1)
		go func() {
			line, _ := bufio.NewReader(in).ReadString('\n')
			answer <- strings.ToLower(strings.TrimSpace(line))
		}()
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case a := <-answer:
			if a == "y" || a == "yes" {
				return nil
			}
			return errors.New("the answer was not yes: nothing was changed (-yes answers for scripts)")
		}
	}
}

// destroyCommand is the command that takes away what a run with these flags makes.
func destroyCommand(flags *flag.FlagSet) string {
	words := []string{"go run ./examples/quickstart"}
	flags.Visit(func(f *flag.Flag) {
		switch f.Name {
		case "destroy", "keep", "yes":
		case "live":
			words = append(words, "-live")
		default:
			words = append(words, "-"+f.Name, quoted(f.Value.String()))
		}
	})
	return strings.Join(append(words, "-destroy"), " ")
}

// quoted is a word as a shell reads it.
func quoted(word string) string {
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool { return r > '~' || strings.ContainsRune(" \t\n!\"#$&'()*;<>?[\\]^`{|}~", r) }) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
