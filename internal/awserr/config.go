package awserr

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Flaw is what is wrong with the configuration of a client, so that none of its calls can succeed.
type Flaw string

// The flaws of a configuration.
const (
	NoFlaw             Flaw = ""
	Expired            Flaw = "expired"        // the credentials have expired
	NoCredentials      Flaw = "no-credentials" // there are no credentials, or they could not be got
	RefusedCredentials Flaw = "refused"        // AWS does not know the credentials, or their signature is wrong
	NoRegion           Flaw = "no-region"      // no Region is set, or what is set is no Region
)

// ConfigFlaw returns what is wrong with the configuration of the client that the call was made with; NoFlaw if err does not say so. Throttling, a
// network that fails, a service that is broken and an ended context are no flaws, not even while the SDK gets credentials. Waiting mends no flaw.
func ConfigFlaw(err error) Flaw {
	var region *aws.MissingRegionError
	if err == nil || Throttled(err) || errors.Is(err, context.Canceled) {
		return NoFlaw
	}
	if errors.As(err, &region) {
		return NoRegion
	}
	var said []string
	if !ofService(err) {
		said = texts(err)
	}
	before := begin(said, beforeCall...)
	for _, row := range local {
		if (begin(said, row.text) || before && strings.Contains(said[0], row.text)) && (row.network || !unanswered(err)) {
			return row.flaw
		}
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		for _, row := range flaws {
			if slices.Contains(row.codes, api.ErrorCode()) {
				return row.flaw
			}
		}
	}
	if before && !unanswered(err) {
		return NoCredentials
	}
	return NoFlaw
}

// RefusedToken reports whether err says that the service does not know the access key or the session token. In a Region that is not enabled by
// default that can have two more causes: the account has not enabled the Region, or the token is one of the global endpoint of STS.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html
func RefusedToken(err error) bool {
	return Is(err, unknownToken...)
}

// gettingCredentials reports whether err is one of getting credentials for a call: the call was not sent, and no service has answered it.
func gettingCredentials(err error) bool {
	return !ofService(err) && begin(texts(err), beforeCall...)
}

// ofService reports whether err is what the service said to the call, so that there were credentials and a Region for it, and no text needs to be looked at.
func ofService(err error) bool {
	var op *smithy.OperationError
	if !errors.As(err, &op) {
		return false
	}
	said := op.Err
	for {
		r, ok := said.(interface {
			HTTPStatusCode() int
			Unwrap() error
		})
		if !ok {
			break
		}
		said = r.Unwrap()
	}
	_, ok := said.(smithy.APIError)
	return ok
}

// texts returns the texts of all errors in the tree of err, its own first; nil for nil.
func texts(err error) []string {
	if err == nil {
		return nil
	}
	out := []string{err.Error()}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return append(out, texts(e.Unwrap())...)
	case interface{ Unwrap() []error }:
		for _, wrapped := range e.Unwrap() {
			out = append(out, texts(wrapped)...)
		}
	}
	return out
}

// begin reports whether one of the texts begins with one of the prefixes.
func begin(said []string, prefixes ...string) bool {
	return slices.ContainsFunc(said, func(text string) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(text, prefix) })
	})
}

// unanswered reports whether a network or a service failed: what they would have said is not known.
func unanswered(err error) bool {
	var (
		api     smithy.APIError
		send    *smithyhttp.RequestSendError
		network net.Error
	)
	if errors.As(err, &api) {
		return api.ErrorFault() == smithy.FaultServer || status(err) >= 500
	}
	return errors.As(err, &send) || errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) || status(err) >= 500
}
