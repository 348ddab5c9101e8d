package awshttp

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// stranger says why a request is refused before it is read; "" if it is not. A web page may send requests to loopback addresses, also under a name
// that it resolves to one (DNS rebinding), and nothing here would tell its requests from others: signatures are not checked.
func (h *Handler) stranger(r *http.Request) string {
	switch {
	case !loopback(r.RemoteAddr):
		return "this in-memory AWS answers loopback peers only"
	case len(r.Header.Values("Origin")) > 0:
		return "this in-memory AWS answers no web pages: the request has an Origin"
	case foreignSite(r.Header.Get("Sec-Fetch-Site")):
		return "this in-memory AWS answers no web pages: the request has a Sec-Fetch-Site"
	case !h.ours(r.Host):
		return "this in-memory AWS does not answer for that Host: call it at localhost, at a loopback address, or below Options.Domain"
	}
	return ""
}

// refuse answers a stranger in the protocol that its headers look like, so that a client of AWS shows the reason.
func (x *exchange) refuse(why string) {
	x.svc = x.guess()
	code := "AccessDenied"
	if x.svc.Protocol == "json" {
		code = "AccessDeniedException"
	}
	x.w.Header().Set("X-Content-Type-Options", "nosniff")
	x.fail(&failure{status: http.StatusForbidden, code: code, message: why})
}

// foreignSite reports whether a browser says that a page made the request, rather than a person.
func foreignSite(site string) bool { return site != "" && site != "none" }

// ours reports whether the Host is loopback, or the domain of the options or below it.
func (h *Handler) ours(host string) bool {
	name := hostname(host)
	return name == "localhost" || loopback(host) || h.opts.Domain != "" && (name == strings.ToLower(h.opts.Domain) || h.bucketHost(host) != "")
}

// bucketHost is the bucket that a virtual host names; "" if it names none.
func (h *Handler) bucketHost(host string) string {
	if h.opts.Domain == "" {
		return ""
	}
	bucket, ok := strings.CutSuffix(hostname(host), "."+strings.ToLower(h.opts.Domain))
	if !ok {
		return ""
	}
	return bucket
}

// hostname is a host without its port, in lower case.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
}

// loopback reports whether a host, with or without port, is a loopback address.
func loopback(host string) bool {
	addr, err := netip.ParseAddr(hostname(host))
	return err == nil && addr.Unmap().IsLoopback()
}
