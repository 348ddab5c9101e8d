package xaccttest

import (
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

// checkFilters checks filter rules as DataSync does.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/filtering.html
func checkFilters(rules []dstypes.FilterRule) error {
	if len(rules) > 1 {
		return violation("filters", "", "length less than or equal to 1")
	}
	for _, r := range rules {
		v := aws.ToString(r.Value)
		switch {
		case r.FilterType != dstypes.FilterTypeSimplePattern:
			return violation("filterType", string(r.FilterType), "enum value set: [SIMPLE_PATTERN]")
		case utf8.RuneCountInString(v) > 102400 || strings.ContainsRune(v, 0):
			return violation("value", strings.ToValidUTF8(v[:min(20, len(v))], ""), `regular expression pattern: ^[^\x00]+$`)
		case v == "":
			return invalidRequest("Invalid filter: the value is empty.")
		}
	}
	return nil
}
