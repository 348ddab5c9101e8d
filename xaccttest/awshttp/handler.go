package awshttp

import (
	"net/http"
	"sync"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/model"
	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/xaccttest"
)

// Options shape a [Handler]. The zero value is not ready: [New] starts from the defaults.
type Options struct {
	// Domain is a domain below which buckets have hosts of their own: media-raw.localhost. It is "localhost" by default, whose subdomains are
	// loopback (https://www.rfc-editor.org/rfc/rfc6761#section-6.3). "" is none: buckets are then in paths only.
	Domain string

	// MaxObject is the greatest size of one uploaded body in bytes, 64 MiB by default. Uploads are held in memory.
	MaxObject int64
}

// Handler answers the requests of AWS's clients from a cloud. It is an [http.Handler] for a server on a loopback address and an
// [http.RoundTripper] for SDK clients in the same process. It may be used concurrently.
type Handler struct {
	cloud *xaccttest.Cloud
	opts  Options
	play  player

	mu   sync.Mutex
	keys map[string]caller // by access key id
}

// caller is who calls.
type caller struct {
	clients   xacct.AccountClients
	partition string
}

// New makes a handler over the cloud. An access key id of twelve digits is that account's operator, see [xaccttest.Cloud.OperatorARN]; the
// secret key may be anything.
func New(cloud *xaccttest.Cloud, optFns ...func(*Options)) *Handler {
	h := &Handler{cloud: cloud, opts: Options{Domain: "localhost", MaxObject: 64 << 20}, play: callMethod, keys: map[string]caller{}}
	option.Apply(&h.opts, optFns)
	return h
}

// Key makes an access key id of a role or user, whose own policies are enforced. It panics if there is no such principal. A principal that is
// deleted later is refused as AWS refuses it.
func (h *Handler) Key(accessKeyID, principalARN string) {
	c := h.caller(principalARN)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.keys[accessKeyID] = c
}

func (h *Handler) caller(principalARN string) caller {
	arn, _ := region.ParseARN(principalARN)
	return caller{h.cloud.ClientsAs(principalARN), arn.Partition}
}

// find is the caller of an access key id. One of a session is nobody's without the session's token, whose text is not checked: signatures are not.
func (h *Handler) find(accessKeyID string, token bool) (caller, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.keys[accessKeyID]
	switch {
	case ok:
		return c, true
	case region.ValidAccount(accessKeyID):
		if c, ok = h.operator(accessKeyID); ok {
			h.keys[accessKeyID] = c
		}
		return c, ok
	}
	clients, role, ok := h.cloud.SessionClients(accessKeyID)
	arn, _ := region.ParseARN(role)
	return caller{clients, arn.Partition}, ok && token
}

// operator is the account's operator; false if it was deleted before it ever called.
func (h *Handler) operator(account string) (c caller, ok bool) {
	defer func() {
		if recover() != nil { // ClientsAs has no other panic
			ok = false
		}
	}()
	return h.caller(h.cloud.OperatorARN(account)), true
}

// ServeHTTP answers one request. It refuses a peer that is not loopback, any request of a web page, and a Host that is neither loopback nor
// [Options].Domain, because it checks no signature. If the answer of a call is lost, it cuts the connection.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{h: h, w: w, r: r}
	if why := h.stranger(r); why != "" {
		x.refuse(why)
		return
	}
	if err := x.answer(); err != nil {
		x.fail(err)
	}
}

// exchange is one request with its answer.
type exchange struct {
	h   *Handler
	w   http.ResponseWriter
	r   *http.Request
	svc *model.Service
	op  *model.Operation

	bucket, key string // S3
}

// answer writes the answer of a call that succeeds.
func (x *exchange) answer() error {
	scope, err := x.scope()
	if err != nil {
		return err
	}
	c, ok := x.h.find(scope.key, scope.token)
	if !ok || c.partition != region.Partition(scope.region) {
		return x.unknownKey()
	}
	x.unhoist()
	if err := x.route(); err != nil {
		return err
	}
	client := clientOf(c.clients, x.svc.ID, scope.region)
	in, ok := newInput(client, x.op)
	if !ok {
		return x.notPlayed(x.op.Name)
	}
	if err := x.read(in); err != nil {
		return err
	}
	out, err := x.h.play(x.r.Context(), client, x.op.Name, in.Interface())
	if err != nil {
		return err
	}
	return x.write(out)
}
