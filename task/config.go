package task

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/text"
)

// Flaw is what is wrong with the aws.Config that a client was made from. See [ConfigError].
type Flaw string

// The flaws.
const (
	ExpiredCredentials Flaw = Flaw(awserr.Expired)            // the credentials have expired
	NoCredentials      Flaw = Flaw(awserr.NoCredentials)      // there are no credentials, or they could not be got
	RefusedCredentials Flaw = Flaw(awserr.RefusedCredentials) // AWS does not know the credentials, or their signature is wrong
	NoRegion           Flaw = Flaw(awserr.NoRegion)           // no Region is set, or what is set is no Region
)

// ConfigError says that a call cannot succeed with the client that it was made with: its credentials have expired, are missing or are refused, or it
// has no Region. Nothing was carried out, and such a call is not repeated. What a call was refused for by policies is no ConfigError.
type ConfigError struct {
	Account string // the account that the call was for
	Region  string // the Region that the call was for; "" for IAM and STS
	Flaw    Flaw
	Err     error // the SDK's
}

// NewConfigError returns err in a *ConfigError if it says what is wrong with the client of the account and Region. Any other error comes back as it
// is, and so does one that holds a *ConfigError already. Nil is nil.
func NewConfigError(account, region string, err error) error {
	var named *ConfigError
	flaw := awserr.ConfigFlaw(err)
	if flaw == awserr.NoFlaw || errors.As(err, &named) {
		return err
	}
	return &ConfigError{Account: account, Region: region, Flaw: Flaw(flaw), Err: err}
}

// configError is NewConfigError for the account and Region of an ARN.
func configError(arn string, err error) error {
	a, _ := region.ParseARN(arn)
	return NewConfigError(a.Account, a.Region, err)
}

// Error is one line: the account, what is wrong, and the SDK's error, which names the operation.
func (e *ConfigError) Error() string {
	account, cause := cmp.Or(e.Account, "unknown"), text.OneLine(e.Err)
	switch e.Flaw {
	case ExpiredCredentials:
		return text.Printable(fmt.Sprintf("the credentials of account %s have expired: %s", account, cause))
	case NoRegion:
		return text.Printable(fmt.Sprintf("the client of account %s has no Region: %s", account, cause))
	case RefusedCredentials:
		return text.Printable(fmt.Sprintf("the credentials of account %s are not accepted: %s", account, cause))
	}
	return text.Printable(fmt.Sprintf("there are no credentials of account %s: %s", account, cause))
}

// Unwrap is the SDK's error.
func (e *ConfigError) Unwrap() error { return e.Err }

// Hint names what to renew or to set.
func (e *ConfigError) Hint() string {
	account := cmp.Or(e.Account, "unknown")
	renew := "renew the credentials of account " + account
	switch e.Flaw {
	case ExpiredCredentials:
		return text.Printable(renew + ", and run again")
	case NoRegion:
		return text.Printable("set cfg.Region, such as eu-west-1, in the aws.Config of account " + account)
	case NoCredentials:
		return text.Printable(renew + ": sign in again, or set cfg.Credentials in the aws.Config of the account")
	}
	const global = "get the session token from the endpoint of a Region, because one of the global STS endpoint, sts.amazonaws.com, " +
		"is valid only in Regions that are enabled by default"
	switch unknown := awserr.RefusedToken(e.Err); {
	case unknown && e.Region == "":
		return text.Printable(renew + "; if cfg.Region is an opt-in Region, enable it in the account, and " + global)
	case unknown && region.OptIn(e.Region):
		return text.Printable(fmt.Sprintf("enable the opt-in Region %s in account %s; if it is enabled, %s; otherwise %s", e.Region, account, global, renew))
	}
	return text.Printable(renew + ", and see that this machine's clock is right")
}
