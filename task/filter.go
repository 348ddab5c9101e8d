package task

import (
	"strconv"
	"strings"
	"unicode/utf8"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/problem"
)

// A filter of DataSync is a list of patterns. A request has them in one text, separated by bars. A backslash escapes a star, a bar or a
// backslash.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/filtering.html

const filterPage = "https://docs.aws.amazon.com/datasync/latest/userguide/filtering.html"

var (
	ruleFilterEmpty = problem.Rule{
		ID: "filter-empty", Text: "must not be empty",
		Remedy: "leave the pattern out; no pattern at all means no filter", Source: filterPage,
	}
	ruleFilterBar = problem.Rule{
		ID: "filter-bar", Text: "must be one pattern, without a bar",
		Remedy: `give each pattern for itself, or write \| for a bar in a key`, Source: filterPage,
	}
	ruleFilterSlash = problem.Rule{
		ID: "filter-include-slash", Text: "must begin with a slash, which is the location",
		Remedy: "write it like /photos", Source: filterPage,
	}
	ruleFilterStar = problem.Rule{
		ID: "filter-include-star", Text: "must have a star only at its end",
		Remedy: `take the star out, select more and exclude the rest, or write \* for a star in a key`, Source: filterPage,
	}
	ruleFilterBackslash = problem.Rule{
		ID: "filter-backslash", Text: "must not end in a backslash that escapes nothing",
		Remedy: `remove it, or write \\ for a backslash in a key`, Source: filterPage,
	}
	ruleFilterNUL = problem.Rule{
		ID: "filter-nul", Text: "must not hold a NUL character",
		Remedy: "remove it", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_FilterRule.html",
	}
	ruleFilterFolders = problem.Rule{
		ID: "filter-include-folders", Text: "must not hold //, /./ or /../: DataSync does not transfer such keys",
		Remedy: "copy the objects to other keys first, or leave them behind", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html",
	}
	ruleFilterLength = problem.Rule{
		ID: "filter-length", Text: "must have at most 102,400 characters together, with the bars between them",
		Remedy: "select by folders, or use several tasks", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/datasync-limits.html",
	}
)

var filterRules = []problem.Rule{ruleFilterEmpty, ruleFilterBar, ruleFilterSlash, ruleFilterStar, ruleFilterBackslash, ruleFilterNUL, ruleFilterFolders, ruleFilterLength}

const maxFilter = 102400

func checkFilter(l *problem.List, path string, patterns []string, include bool) {
	for i, p := range patterns {
		at := path + "[" + strconv.Itoa(i) + "]"
		stars, bars := special(p)
		l.Check(p != "", ruleFilterEmpty, at, p)
		l.Check(bars == 0, ruleFilterBar, at, p)
		l.Check((len(p)-len(strings.TrimRight(p, `\`)))%2 == 0, ruleFilterBackslash, at, p) // a trailing backslash would escape the bar that follows
		l.Check(!strings.Contains(p, "\x00"), ruleFilterNUL, at, p)
		if include && p != "" {
			l.Check(p[0] == '/', ruleFilterSlash, at, p)
			whole := strings.TrimSuffix(p, "/") + "/"
			l.Check(!strings.Contains(p, "//") && !strings.Contains(whole, "/./") && !strings.Contains(whole, "/../"), ruleFilterFolders, at, p)
			l.Check(len(stars) == 0 || len(stars) == 1 && stars[0] == len(p)-1, ruleFilterStar, at, p)
		}
	}
	l.Check(utf8.RuneCountInString(strings.Join(patterns, "|")) <= maxFilter, ruleFilterLength, path, "")
}

// special returns the positions of the stars and the number of bars that no backslash escapes.
func special(pattern string) (stars []int, bars int) {
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '*':
			stars = append(stars, i)
		case '|':
			bars++
		}
	}
	return stars, bars
}

// filter returns the patterns as DataSync accepts them. Without patterns it returns an empty list, not nil, which removes a filter.
func filter(patterns []string) []dstypes.FilterRule {
	if len(patterns) == 0 {
		return []dstypes.FilterRule{}
	}
	return []dstypes.FilterRule{{FilterType: dstypes.FilterTypeSimplePattern, Value: new(strings.Join(patterns, "|"))}}
}

// patterns is the inverse of filter.
func patterns(rules []dstypes.FilterRule) []string {
	var out []string
	for _, r := range rules {
		if r.Value == nil || *r.Value == "" {
			continue
		}
		start, text := 0, *r.Value
		for i := 0; i < len(text); i++ {
			switch text[i] {
			case '\\':
				i++
			case '|':
				out, start = append(out, text[start:i]), i+1
			}
		}
		out = append(out, text[start:])
	}
	return out
}
