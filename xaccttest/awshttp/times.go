package awshttp

import (
	"fmt"
	"strconv"
	"time"

	"github.com/xacct/xacct/internal/model"
)

// formatOf is how a time is written: iso8601, rfc822 or unixTimestamp.
func formatOf(protocol string, s *model.Shape, m model.Member) string {
	for _, f := range []string{m.Format, s.Format} {
		if f != "" {
			return f
		}
	}
	switch {
	case protocol == "json":
		return "unixTimestamp"
	case m.In == "header":
		return "rfc822"
	}
	return "iso8601"
}

func parseTime(text, format string) (time.Time, error) {
	switch format {
	case "unixTimestamp":
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil || seconds < -1e11 || seconds > 1e11 {
			return time.Time{}, fmt.Errorf("%q is not a time", text)
		}
		return time.UnixMilli(int64(seconds * 1000)).UTC(), nil
	case "rfc822":
		return time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", text)
	}
	return time.Parse(time.RFC3339, text)
}
