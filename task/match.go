package task

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

func meaningOf(message string) Meaning {
	text := plain(message)
	for _, m := range messages {
		if !m.in(text) {
			continue
		}
		if m.Side == "" && m.Access() { // assumed: an end that the message names is the end that it is about
			source, destination := sideWords("source").in(text) || hasWord(text, "srclochitaccess"), sideWords("destination").in(text)
			switch {
			case source && !destination:
				m.Side = "source"
			case destination && !source:
				m.Side = "destination"
			}
		}
		if m.Action == "" && m.Access() {
			m.Action = actionIn(message, m.Cause == CauseKey)
		}
		if m.Side == "" && m.Cause == CauseAccess && slices.Contains(writes, m.Action) { // a task never changes its source
			m.Side = "destination"
		}
		return m.Meaning
	}
	return Meaning{}
}

// sideWords is the name of an end as messages use it.
type sideWords string

func (s sideWords) in(text string) bool {
	return strings.Contains(text, string(s)+" location") || strings.Contains(text, string(s)+" bucket")
}

// names is the table of what a user or AWS has named, and of what takes its place in a message, so that no name reads like a code: a bucket may be called
// slowdown, and an object NoSuchKey.txt. The text is in lower case.
var names = []struct {
	is      *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`"arn:[a-z0-9-]*:([a-z0-9-]+):[^"]*"`), "$1-arn"},
	{regexp.MustCompile(`'arn:[a-z0-9-]*:([a-z0-9-]+):[^']*'`), "$1-arn"},
	{regexp.MustCompile(`arn:[a-z0-9-]*:sts:[^\s,;"')]*/awssync-loc-[^\s,;"')]*`), "awssync-arn"}, // a session of DataSync in the role of a location
	{regexp.MustCompile(`arn:[a-z0-9-]*:([a-z0-9-]+):[^\s,;"')]*`), "$1-arn"},
	{regexp.MustCompile(`s3://[^\s,;"')]*`), "s3-uri"},
	{regexp.MustCompile(`\b(request ?id|host ?id|x-amz-id-2|x-amz-request-id)( ?[:=] ?)[^\s,;)]+`), "$1"},
	{regexp.MustCompile(`\brolename=[^\s,;]+`), "rolename"},
	{regexp.MustCompile(`\b(op=\w+) .*?, code=`), "$1, code="}, // the key of an object
	{regexp.MustCompile(`\bfile /.*?( \(versionid|: |$)`), "file$1"},
	{regexp.MustCompile(`\bversionid: [^)\s]*`), "versionid"},
	{regexp.MustCompile(`\b(on|in) bucket '?"?[a-z0-9][a-z0-9.-]*`), "$1 bucket"},
	{regexp.MustCompile(`\bbucket:? \S+ does not exist`), "bucket does not exist"},
	{regexp.MustCompile(`['"` + "`" + `]`), ""},
}

// plain returns the message in lower case and on one line, without quotes and without the names in it.
func plain(message string) string {
	text := strings.ToLower(strings.Join(strings.Fields(message), " "))
	for _, n := range names {
		text = n.is.ReplaceAllString(text, n.instead)
	}
	return text
}

func (m message) in(text string) bool {
	for _, w := range m.words {
		w, not := strings.CutPrefix(w, "!")
		if hasWord(text, w) == not {
			return false
		}
	}
	return true
}

// hasWord reports whether text, which is plain, contains the word or words. They begin and end where words of the text do; at an end with a * they may be
// part of a longer word.
func hasWord(text, word string) bool {
	word, openLeft := strings.CutPrefix(word, "*")
	word, openRight := strings.CutSuffix(word, "*")
	openLeft, openRight = openLeft || !isWord(word[0]), openRight || !isWord(word[len(word)-1])
	for at := 0; ; at++ {
		i := strings.Index(text[at:], word)
		if i < 0 {
			return false
		}
		at += i
		end := at + len(word)
		if (openLeft || at == 0 || !isWord(text[at-1])) && (openRight || end == len(text) || !isWord(text[end])) {
			return true
		}
	}
}

// isWord reports whether c is part of a word. Names have hyphens and slashes, codes have not.
func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '/'
}

// The forms in which messages name what was refused: an action, an operation of S3 in a log of DataSync, an operation in the words of an SDK.
var (
	refusedAction = regexp.MustCompile(`(?i)\b(not authorized to )?perform:? ((?:s3|kms):[a-z0-9]+)`)
	refusedOp     = regexp.MustCompile(`(?i)\bop=([a-z0-9]+)`)
	refusedCall   = regexp.MustCompile(`(?i)\bcalling the ([a-z0-9]+) operation`)
)

// actionIn returns the action that the message names as not allowed, in the letter case of the service authorization reference; "" if it names none. S3's
// own words count for more than those of an access test, and for a key only actions of KMS count.
func actionIn(message string, key bool) string {
	own, test := "", ""
	for _, m := range refusedAction.FindAllStringSubmatch(message, -1) {
		action := canonicalAction(m[2])
		switch {
		case key && !strings.HasPrefix(action, "kms:"):
		case m[1] != "":
			own = cmp.Or(own, action)
		default:
			test = cmp.Or(test, action)
		}
	}
	if named := cmp.Or(own, test); named != "" || key {
		return named
	}
	if m := refusedOp.FindStringSubmatch(message); m != nil {
		return canonicalAction("s3:" + m[1])
	}
	if m := refusedCall.FindStringSubmatch(message); m != nil {
		action := canonicalAction("s3:" + m[1])
		if slices.Contains(knownActions, action) {
			return action
		}
	}
	return ""
}

// canonicalAction returns the action that an operation of S3 requires, or the action itself.
func canonicalAction(action string) string {
	service, name, _ := strings.Cut(action, ":")
	action = strings.ToLower(service) + ":" + name
	if required := actionOf[strings.ToLower(action)]; required != "" {
		return required
	}
	for _, known := range knownActions {
		if strings.EqualFold(known, action) {
			return known
		}
	}
	return action
}

// actionOf gives the action that an operation of S3 requires, where their names differ. Lower case.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
var actionOf = map[string]string{
	"s3:headbucket": "s3:ListBucket", "s3:listobjects": "s3:ListBucket", "s3:listobjectsv2": "s3:ListBucket", "s3:headobject": "s3:GetObject",
	"s3:createmultipartupload": "s3:PutObject", "s3:uploadpart": "s3:PutObject", "s3:uploadpartcopy": "s3:PutObject", "s3:copyobject": "s3:PutObject",
	"s3:completemultipartupload": "s3:PutObject", "s3:listmultipartuploads": "s3:ListBucketMultipartUploads", "s3:listparts": "s3:ListMultipartUploadParts",
	"s3:deleteobjects": "s3:DeleteObject", "s3:listobjectversions": "s3:ListBucketVersions", "s3:listbuckets": "s3:ListAllMyBuckets",
}

// writes are the actions that a task needs at its destination only, and not for its report.
var writes = []string{"s3:PutObjectTagging", "s3:DeleteObject"}

// knownActions are the actions that DataSync needs, in their own letter case.
// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
var knownActions = []string{
	"s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:GetObjectTagging",
	"s3:GetObjectVersion", "s3:GetObjectVersionTagging", "s3:ListMultipartUploadParts", "s3:PutObject", "s3:PutObjectTagging",
	"kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt", "kms:DescribeKey",
}
