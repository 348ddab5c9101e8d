package xaccttest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest/internal/eventual"
)

// identity is a role or a user at one moment. It is immutable: a change makes a new one.
type identity struct {
	kind, account, path, name string
	arn, id                   string
	description               string
	trust                     policy.Document // the trust policy of a role
	policies                  map[string]policy.Document
	attached                  []string // ARNs of managed policies
	boundary                  string   // ARN of a managed policy
	tags                      map[string]string
	created                   time.Time
	maxSession                int32
	session                   policy.Document // the policies of the session that calls
	serviceLinked             bool            // it is a service-linked role, which AWS made
}

// identityKey is the key of a role or user in its account. Names are unique without regard to case.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func identityKey(kind, name string) string { return kind + "/" + strings.ToLower(name) }

func (i *identity) key() string { return identityKey(i.kind, i.name) }

// with returns a changed copy.
func (i *identity) with(edit func(*identity)) *identity {
	next := *i
	next.policies = maps.Clone(i.policies)
	next.tags = maps.Clone(i.tags)
	next.attached = slices.Clone(i.attached)
	edit(&next)
	return &next
}

// defaultSession is the name of the sessions of a role's clients that no AssumeRole began.
const defaultSession = "xaccttest"

// callerARN is the ARN that STS gives for the identity. For a role it is that of a session, which has no path.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func (i *identity) callerARN(session string) string {
	if i.kind == "user" {
		return i.arn
	}
	a, _ := region.ParseARN(i.arn)
	return region.ARN{Partition: a.Partition, Service: "sts", Account: a.Account, Resource: "assumed-role/" + i.name + "/" + session}.String()
}

// userID is the value of aws:userid.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
func (i *identity) userID(session string) string {
	if i.kind == "user" {
		return i.id
	}
	return i.id + ":" + session
}

// at returns the role or user of a key, with its pending changes; nil if there never was one.
func (c *Cloud) at(account, key string) *eventual.Value[*identity] {
	if a := c.accounts[account]; a != nil {
		return a.identities[key]
	}
	return nil
}

// splitARN parses the ARN of a role or user.
func splitARN(arn string) (account, key, path string, ok bool) {
	a, ok := region.ParseARN(arn)
	if !ok || a.Service != "iam" {
		return "", "", "", false
	}
	kind, rest, _ := strings.Cut(a.Resource, "/")
	if kind != "role" && kind != "user" || rest == "" {
		return "", "", "", false
	}
	rest = "/" + rest
	cut := strings.LastIndexByte(rest, '/') + 1
	return a.Account, identityKey(kind, rest[cut:]), rest[:cut], true
}

// entity is the role or user with that exact ARN after all changes; nil if there is none.
func (c *Cloud) entity(arn string) *identity {
	account, key, _, ok := splitARN(arn)
	if !ok {
		return nil
	}
	if e := c.at(account, key); e != nil {
		if i := e.Latest(); i != nil && i.arn == arn {
			return i
		}
	}
	return nil
}

// entitySeen is the role or user with that exact ARN as o sees it; nil if it sees none. It counts as a read.
func (c *Cloud) entitySeen(arn string, o eventual.Observer) *identity {
	account, key, _, ok := splitARN(arn)
	if !ok {
		return nil
	}
	if e := c.at(account, key); e != nil {
		if i := e.Read(o); i != nil && i.arn == arn {
			return i
		}
	}
	return nil
}

// entityByID is the role or user with that unique id; nil if it was deleted.
func (c *Cloud) entityByID(id string) *identity {
	o, ok := c.owners[id]
	if !ok {
		return nil
	}
	if i := c.at(o.account, o.key).Latest(); i != nil && i.id == id {
		return i
	}
	return nil
}

// administrator is the ARN of the managed policy that allows everything.
// Source: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html
func administrator(partition string) string {
	return "arn:" + partition + ":iam::aws:policy/AdministratorAccess"
}

var administratorAccess = policy.New(policy.Allow("*").On("*"))

// managedPolicy finds a managed policy of AWS or of the account.
func (c *Cloud) managedPolicy(account, arn string) (policy.Document, bool) {
	a := c.accounts[account]
	if arn == administrator(a.partition) {
		return administratorAccess, true
	}
	if p := a.managed[arn]; p != nil {
		return p.Document, true
	}
	return policy.Document{}, false
}

// documents are the identity policies of i.
func (c *Cloud) documents(i *identity) []policy.Document {
	var out []policy.Document
	for _, name := range slices.Sorted(maps.Keys(i.policies)) {
		out = append(out, i.policies[name])
	}
	for _, arn := range i.attached {
		if d, ok := c.managedPolicy(i.account, arn); ok {
			out = append(out, d)
		}
	}
	return out
}

// isAdministrator reports whether the identity policies of i allow everything, without a permissions boundary.
func (c *Cloud) isAdministrator(i *identity) bool {
	return i.boundary == "" && i.session.IsZero() && slices.Contains(i.attached, administrator(c.accounts[i.account].partition))
}

// String names the identity in messages.
func (i *identity) String() string { return fmt.Sprintf("%s %s", i.kind, i.name) }
