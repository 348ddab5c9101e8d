package xaccttest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest/internal/eventual"
	"github.com/xacct/xacct/xaccttest/internal/ids"
)

// Cloud is an in-memory AWS with any number of accounts and Regions. Its methods and its clients may be used concurrently. All inputs and
// outputs are copied.
//
// An account exists from the first time that it is named. The set-up methods, such as AddRole and PutObject, panic on arguments that AWS would
// not accept.
type Cloud struct {
	opts Options

	mu       sync.Mutex // guards everything below
	accounts map[string]*account
	buckets  map[string]*bucketState // by name
	keys     map[string]*keyState    // of KMS, by ARN
	sessions map[string]*session     // by access key id
	owners   map[string]owner        // roles and users by unique id, also deleted ones
	serial   ids.Serial
	running  []*execution        // executions that have not ended
	catching []*execution        // the room in which [Cloud.catchUp] keeps what ran when it began
	timed    map[*taskState]bool // tasks that have a schedule
	step     func(Step) error

	undocumented Undocumented

	calls struct {
		sync.Mutex
		all       []*recorded
		byID      map[string]*recorded
		serial    ids.Serial
		intercept func(context.Context, Call, func() error) error
	}
}

// owner is the role or user that has a unique id.
type owner struct{ account, key string }

// account is the state of one account.
type account struct {
	id, partition string
	identities    map[string]*eventual.Value[*identity] // by "role/" or "user/" and the name in lower case; a nil value does not exist
	managed       map[string]*managed                   // customer managed policies by ARN
	regions       map[string]*syncRegion
	org           Organization
	optedIn       []string                                     // the opt-in Regions that it has enabled, if optsIn
	optsIn        bool                                         // it has not all opt-in Regions
	block         struct{ publicPolicies, publicBuckets bool } // Block Public Access of the account
}

// NewCloud makes an empty cloud.
func NewCloud(optFns ...func(*Options)) *Cloud {
	c := &Cloud{
		opts:     defaults(),
		accounts: map[string]*account{},
		buckets:  map[string]*bucketState{},
		keys:     map[string]*keyState{},
		owners:   map[string]owner{},
		sessions: map[string]*session{},
		serial:   ids.Serial{},
		timed:    map[*taskState]bool{},
	}
	option.Apply(&c.opts, optFns)
	if c.opts.PageSize < 1 {
		panic("xaccttest: PageSize must be at least 1")
	}
	c.calls.serial = ids.Serial{}
	c.calls.byID = map[string]*recorded{}
	return c
}

// operatorName is the name of the administrator that each account has.
const operatorName = "Operator"

// account returns the account, and makes it if it does not exist. The partition "" is the default.
func (c *Cloud) account(id, partition string) *account {
	if !region.ValidAccount(id) {
		panic(fmt.Sprintf("xaccttest: %q is not a 12-digit account id", id))
	}
	if a := c.accounts[id]; a != nil {
		if partition != "" && partition != a.partition {
			panic(fmt.Sprintf("xaccttest: account %s is in partition %s, not %s", id, a.partition, partition))
		}
		return a
	}
	if partition == "" {
		partition = c.opts.Partition
	}
	a := &account{
		id: id, partition: partition,
		identities: map[string]*eventual.Value[*identity]{},
		managed:    map[string]*managed{},
		regions:    map[string]*syncRegion{},
	}
	c.accounts[id] = a
	c.addIdentity(a, "role", "/", operatorName, func(i *identity) { i.attached = []string{administrator(a.partition)} })
	return a
}

// OperatorARN is the ARN of the account's administrator, the role whose clients [Cloud.Clients] returns.
func (c *Cloud) OperatorARN(account string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.account(account, "")
	return region.Role(a.partition, a.id, "/", operatorName)
}

// Clients returns the clients of every account that exists so far, which is every account that a call to the cloud has named, for example
// [Cloud.AddBucket]. Each calls as the account's administrator: a role whose identity policy allows
// everything. A Deny in a bucket's policy still applies to it, and in another account it needs a grant by that account's resources.
func (c *Cloud) Clients() xacct.Clients {
	c.mu.Lock()
	ids := slices.Sorted(maps.Keys(c.accounts))
	c.mu.Unlock()
	out := xacct.Clients{}
	for _, id := range ids {
		out[id] = c.ClientsAs(c.OperatorARN(id))
	}
	return out
}

// ClientsAs returns the clients of an existing role (in a session named "xaccttest") or user. Every call is decided by its own policies and
// those of the resources. It panics if there is no such principal.
func (c *Cloud) ClientsAs(principalARN string) xacct.AccountClients {
	c.mu.Lock()
	defer c.mu.Unlock()
	who := c.entity(principalARN)
	if who == nil {
		panic(fmt.Sprintf("xaccttest: there is no role or user %s", principalARN))
	}
	return c.clients(client{cloud: c, account: who.account, key: who.key(), arn: who.arn})
}

// AddRole makes a role with these inline policies and returns its ARN. Other principals of its account may assume it, DataSync
// may not. The name may begin with a path: "team/name".
func (c *Cloud) AddRole(account, name string, policies ...policy.Document) (arn string) {
	return c.addPrincipal("role", account, name, policies)
}

// AddUser makes a user with these inline policies and returns its ARN. The name may begin with a path.
func (c *Cloud) AddUser(account, name string, policies ...policy.Document) (arn string) {
	return c.addPrincipal("user", account, name, policies)
}

func (c *Cloud) addPrincipal(kind, account, name string, policies []policy.Document) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.account(account, "")
	path := "/"
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		path, name = "/"+strings.Trim(name[:i], "/")+"/", name[i+1:]
	}
	if err := checkName("roleName", name, 64); err != nil {
		panic("xaccttest: " + err.Error())
	}
	if e := a.identities[identityKey(kind, name)]; e != nil && e.Latest() != nil {
		panic(fmt.Sprintf("xaccttest: account %s has a %s %s already", account, kind, name))
	}
	i := c.addIdentity(a, kind, path, name, func(i *identity) {
		for n, p := range policies {
			if err := p.Validate(policy.Identity); err != nil {
				panic(fmt.Sprintf("xaccttest: policy %d of %s: %v", n, name, err))
			}
			i.policies[fmt.Sprintf("policy-%d", n)] = p
		}
	})
	return i.arn
}

// AddPolicy makes a customer managed policy, for example as a role's permissions boundary, and returns its ARN.
func (c *Cloud) AddPolicy(account, name string, document policy.Document) (arn string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.account(account, "")
	if err := document.Validate(policy.Identity); err != nil {
		panic(fmt.Sprintf("xaccttest: policy %s: %v", name, err))
	}
	arn = region.ARN{Partition: a.partition, Service: "iam", Account: a.id, Resource: "policy/" + name}.String()
	a.managed[arn] = c.newManaged(arn, "/", document)
	return arn
}

// addIdentity makes a role or user that is visible at once.
func (c *Cloud) addIdentity(a *account, kind, path, name string, edit func(*identity)) *identity {
	i := c.newIdentity(a, kind, path, name)
	i.trust = policy.New(policy.Allow("sts:AssumeRole").By(policy.AWS(region.ARN{Partition: a.partition, Service: "iam", Account: a.id, Resource: "root"}.String())))
	edit(i)
	e := &eventual.Value[*identity]{}
	e.Set(i, 0)
	a.identities[i.key()] = e
	return i
}

// newIdentity makes a role or user with a unique id.
func (c *Cloud) newIdentity(a *account, kind, path, name string) *identity {
	prefix := "AROA"
	if kind == "user" {
		prefix = "AIDA"
	}
	i := &identity{
		kind: kind, account: a.id, path: path, name: name,
		arn:      region.ARN{Partition: a.partition, Service: "iam", Account: a.id, Resource: kind + path + name}.String(),
		id:       ids.Unique(prefix, a.id, kind, name, c.serial.Next("identity", a.id, kind, name)),
		policies: map[string]policy.Document{},
		tags:     map[string]string{},
		created:  time.Now().UTC().Truncate(time.Second),
	}
	c.owners[i.id] = owner{a.id, i.key()}
	return i
}
