package transfer

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/xacct/xacct/plan"
)

// SidPrefix starts the Sid of every statement that xacct writes into a policy of a bucket or key.
const SidPrefix = "Xacct"

// The purposes of these statements. A purpose is part of the Sid.
const (
	purposeRead     = "Read"     // DataSync's role may read
	purposeWrite    = "Write"    // DataSync's role may write
	purposeList     = "List"     // the operators may list
	purposeManifest = "Manifest" // DataSync's role may read the manifest
	purposeReport   = "Report"   // DataSync's role may write reports
	purposeRetry    = "Retry"    // DataSync's role may read the manifest of a retry
	purposeDecrypt  = "Decrypt"  // DataSync's role may read what is encrypted under a key
	purposeEncrypt  = "Encrypt"  // DataSync's role may write what is encrypted under a key
)

// sid returns the Sid of the transfer's statement for the purpose: the prefix, the transfer's name in letters and digits, the purpose, and
// eight hex digits of a hash. The hash covers only what never changes (partition, task account, name, side, purpose), so that a statement
// keeps its Sid when its prefix, role or bucket is edited.
func (t *Transfer) sid(side plan.Side, purpose string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{t.Partition, t.TaskAccount, t.Name, string(side), purpose}, "\x00")))
	return SidPrefix + camel(t.Name) + purpose + hex.EncodeToString(sum[:4])
}

// keySids returns every Sid that the transfer can have in the policy of a key.
func (t *Transfer) keySids() []string {
	return []string{
		t.sid(plan.SourceSide, purposeDecrypt),
		t.sid(plan.DestinationSide, purposeEncrypt),
		t.sid(plan.SourceSide, keyPurpose(purposeManifest)),
		t.sid(plan.SourceSide, keyPurpose(purposeRetry)),
		t.sid(plan.DestinationSide, keyPurpose(purposeReport)),
	}
}

// keyPurpose returns the purpose of the statement on the keys of a manifest or report, from the purpose of the statement on its bucket.
func keyPurpose(purpose string) string { return purpose + "Key" }

// sidShape matches our Sids; its first group is the transfer's name in letters and digits.
var sidShape = regexp.MustCompile(`^` + SidPrefix + `(\w+)(?:` + strings.Join([]string{purposeRead, purposeWrite, purposeList, purposeManifest, purposeReport,
	purposeRetry, purposeDecrypt, purposeEncrypt}, "|") + `)(?:Key)?[0-9a-f]{8}$`)

// NameInSid returns the name of the transfer in letters and digits from the Sid of one of its statements: MediaArchive for media-archive. It is "" for
// the Sid of somebody else.
func NameInSid(sid string) string {
	if m := sidShape.FindStringSubmatch(sid); m != nil {
		return m[1]
	}
	return ""
}

// camel turns media-archive into MediaArchive.
func camel(name string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(name, "-") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}
