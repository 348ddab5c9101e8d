package handover

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/option"
)

// Options are the settings of [New]. The zero value is a good choice.
type Options struct {
	// Blocked makes the bundle although findings block its transfers. What the findings say stands first in README.md. False refuses it.
	Blocked bool

	// Settled makes the bundle also of an account where nothing is left to do, for those who take over what stands into a configuration of their own. The
	// configuration then imports it. False refuses it.
	Settled bool
}

// Bundle is the folder for one account's operator. It is data in memory, and nothing changes it.
type Bundle struct {
	files  folder
	digest string
}

// sums is the name of the file with the digests of all others.
const sums = "SHA256SUMS"

// New makes the bundle for the operator of an account from a plan to set up or to tear down. p may be the whole plan or its part for the account. New
// makes no call to AWS.
//
// The error is a *[xacct.BlockedError] if findings block a transfer of the account and Options.Blocked is false, a *[xacct.MismatchError] if the plan's
// text says other than its transfers, a *[xacct.SchemaError] if the plan is of a version that this one does not read, [xacct.Problems] if a
// transfer or the account is invalid, and another error if the plan changes nothing in the account.
func New(p *xacct.Plan, account string, optFns ...func(*Options)) (*Bundle, error) {
	var o Options
	option.Apply(&o, optFns)
	w, err := derive(p, account, o)
	if err != nil {
		return nil, err
	}
	b := &Bundle{files: folder{}}
	for _, part := range []func(*work) error{(*work).plan, (*work).statements, (*work).scripts, (*work).terraform, (*work).cloudFormation,
		(*work).review, (*work).readme} {
		if err := part(w); err != nil {
			return nil, fmt.Errorf("bundle for account %s: %w", account, err)
		}
	}
	maps.Copy(b.files, w.files)
	list := b.sums()
	b.files[sums] = file{text: list}
	b.digest = hexDigest(list)
	return b, nil
}

// sums lists the digests of the files, as sha256sum --check reads them.
func (b *Bundle) sums() []byte {
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(b.files)) {
		fmt.Fprintf(&out, "%s  %s\n", hexDigest(b.files[name].text), name)
	}
	return []byte(out.String())
}

func hexDigest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Digest returns the SHA-256 digest, in hexadecimal, of SHA256SUMS, and thereby of every file of the bundle. Tell it to whoever gets the bundle on another
// way than the bundle: `sha256sum SHA256SUMS` prints the same there. Whoever can edit the bundle has the power of the one who runs it. The digest is
// no signature, because it can be computed anew for an edited bundle.
func (b *Bundle) Digest() string { return b.digest }

// FS returns the files of the bundle. The scripts are executable. Nothing else is there that New was not asked for: script.sh and undo.sh exist only
// where the account owns a bucket or key that the plan changes, terraform and cloudformation only where there is something that they can express.
func (b *Bundle) FS() fs.FS { return b.files }

// WriteDir writes the bundle into a directory, which it makes if there is none. A directory that is not empty is an error that wraps [fs.ErrExist],
// and nothing is written then.
func (b *Bundle) WriteDir(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("bundle: %w", err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("bundle: %w", &fs.PathError{Op: "write", Path: dir, Err: fs.ErrExist})
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("bundle: %w", err)
	}
	if err := os.CopyFS(dir, b.files); err != nil {
		return fmt.Errorf("bundle: %w", err)
	}
	return nil
}

// plan adds the part of the plan.
func (w *work) plan() error {
	data, err := json.MarshalIndent(w.part, "", "  ")
	if err != nil {
		return err
	}
	w.add("plan.json", append(data, '\n'))
	return nil
}
