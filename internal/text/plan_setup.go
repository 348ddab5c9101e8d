package text

import (
	"regexp"
	"strings"
)

// requestIDs are the parts of an SDK error that differ from call to call.
var requestIDs = regexp.MustCompile(`(RequestID|HostID): [^,]*, `)

// OneLine keeps an SDK error on one line, and the same line for the same refusal.
func OneLine(err error) string {
	return requestIDs.ReplaceAllString(strings.Join(strings.Fields(err.Error()), " "), "")
}
