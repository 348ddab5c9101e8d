package authz

import (
	"encoding/base64"
	"math/big"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// decimal matches a number in a policy or request. Exponents are accepted because JSON has them.
var decimal = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$`)

// The longest numbers that are read. Those of requests may be longer, so that every number has readable neighbours: without its exponent, a number
// in a policy has up to 1,400 digits on either side of the point.
const (
	maxPolicyNumber  = 400
	maxRequestNumber = 1 << 12
)

// parseNumber reads a number in a policy exactly; ok is false if s is not a number.
func parseNumber(s string) (*big.Rat, bool) {
	if len(s) > maxPolicyNumber {
		return nil, false
	}
	return readNumber(s)
}

// readNumber reads a number in a request exactly; ok is false if s is not a number.
func readNumber(s string) (*big.Rat, bool) {
	if len(s) > maxRequestNumber || !decimal.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// fractionDigits returns how many digits a number has after the point if it is written without an exponent.
func fractionDigits(s string) int {
	mantissa, exponent := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa = s[:i]
		exponent, _ = strconv.Atoi(s[i+1:])
	}
	_, fraction, _ := strings.Cut(mantissa, ".")
	return max(0, len(fraction)-exponent)
}

// dateForms are the profiles of ISO 8601 in https://www.w3.org/TR/NOTE-datetime, and the same without a time zone, which is assumed to be
// UTC.
var dateForms = []string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02", "2006-01-02T15:04Z07:00", "2006-01", "2006",
	"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05Z0700",
}

// epoch matches a number of seconds since 1970. Numbers of four digits are excluded: they are years.
var epoch = regexp.MustCompile(`^-?[0-9]{5,11}(\.[0-9]{1,9})?$|^[0-9]{1,3}$`)

// parseDate reads an ISO 8601 date or a number of seconds since 1970. Four digits are a year.
func parseDate(s string) (time.Time, bool) {
	if epoch.MatchString(s) {
		n, _ := new(big.Rat).SetString(s)
		n.Mul(n, big.NewRat(1e9, 1))
		nano := new(big.Int).Quo(n.Num(), n.Denom())
		seconds, rest := new(big.Int).DivMod(nano, big.NewInt(1e9), new(big.Int))
		return time.Unix(seconds.Int64(), rest.Int64()).UTC(), true
	}
	for _, form := range dateForms {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// parseBool reads true or false. Any letter case is assumed to be valid; the documentation shows lower case.
func parseBool(s string) (value, ok bool) {
	switch {
	case strings.EqualFold(s, "true"):
		return true, true
	case strings.EqualFold(s, "false"):
		return false, true
	}
	return false, false
}

func parseBinary(s string) (string, bool) {
	b, err := base64.StdEncoding.DecodeString(s)
	return string(b), err == nil
}

// parseRange reads a CIDR block, or an address as the block of that address alone.
func parseRange(s string) (netip.Prefix, bool) {
	if a, ok := parseAddress(s); ok {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return p.Masked(), true
}

// parseAddress reads an address. An IPv4 address in IPv6 form is assumed to mean the IPv4 address.
func parseAddress(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, false
	}
	return a.Unmap(), true
}

// compares reports whether the order of two values (negative, zero or positive) fulfils the relation.
func (r relation) compares(order int) bool {
	switch r {
	case less:
		return order < 0
	case lessOrEqual:
		return order <= 0
	case greater:
		return order > 0
	case greaterOrEqual:
		return order >= 0
	}
	return order == 0
}
