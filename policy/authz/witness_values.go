package authz

import (
	"encoding/base64"
	"math/big"
	"math/bits"
	"net/netip"
	"slices"
	"time"
)

// readable reports whether an operator of the family can read the value of a request. A value that it cannot read matches nothing, and so shows
// nothing.
func readable(f family, value string) bool {
	ok := true
	switch f {
	case numbers:
		_, ok = readNumber(value)
	case dates:
		_, ok = parseDate(value)
	case booleans:
		_, ok = parseBool(value)
	case binaries:
		_, ok = parseBinary(value)
	case addresses:
		_, ok = parseAddress(value)
	}
	return ok
}

// witnessNumbers returns the numbers in texts, one number between each two neighbours, and one beyond either end. complete is false if that would
// take too long.
func (j *judge) witnessNumbers(texts []string) (values []string, complete bool) {
	type number struct {
		*big.Rat
		digits int // after the point
	}
	var at []number
	longest := 0
	for _, text := range texts {
		if n, ok := parseNumber(text); ok {
			at = append(at, number{n, fractionDigits(text)})
			longest = max(longest, n.Num().BitLen()+n.Denom().BitLen())
		}
	}
	if len(at) == 0 {
		return []string{"0"}, true
	}
	if !j.spend(len(at) * bits.Len(uint(len(at))) * (16 + longest/16)) {
		return nil, false
	}
	slices.SortFunc(at, func(a, b number) int { return a.Cmp(b.Rat) })
	add := func(n *big.Rat, digits int) bool {
		values = append(values, n.FloatString(digits))
		return j.spend(16 + 4*len(values[len(values)-1]))
	}
	one, half := big.NewRat(1, 1), big.NewRat(1, 2)
	first, last := at[0], at[len(at)-1]
	complete = add(new(big.Rat).Sub(first.Rat, one), first.digits) && add(new(big.Rat).Add(last.Rat, one), last.digits)
	for i, n := range at {
		complete = complete && add(n.Rat, n.digits)
		if complete && i > 0 {
			mean := new(big.Rat).Add(at[i-1].Rat, n.Rat)
			complete = add(mean.Mul(mean, half), max(at[i-1].digits, n.digits)+1)
		}
	}
	return values, complete
}

// witnessDates returns the dates in texts, one between each two neighbours, and one beyond either end.
func witnessDates(texts []string) []string {
	var at []time.Time
	for _, text := range texts {
		at = appendIf(at, text, parseDate)
	}
	slices.SortFunc(at, time.Time.Compare)
	if len(at) == 0 {
		return []string{"2006-01-02T15:04:05Z"}
	}
	all := []time.Time{at[0].Add(-1), at[len(at)-1].Add(1)}
	for i, t := range at {
		all = append(all, t)
		if i > 0 {
			all = append(all, at[i-1].Add(t.Sub(at[i-1])/2))
		}
	}
	var out []string
	for _, t := range all {
		out = append(out, formatDate(t))
	}
	return out
}

// formatDate returns a text that parseDate reads as t, if there is one. A year has four digits, so that seconds since 1970 stand for what is before the
// year 0, and a zone far in the west for what is after 9999.
func formatDate(t time.Time) string {
	switch year := t.Year(); {
	case year < 0:
		nano := new(big.Int).Mul(big.NewInt(t.Unix()), big.NewInt(1e9))
		nano.Add(nano, big.NewInt(int64(t.Nanosecond())))
		return new(big.Rat).SetFrac(nano, big.NewInt(1e9)).FloatString(9)
	case year > 9999:
		t = t.In(time.FixedZone("", -(24*60-1)*60))
	}
	return t.Format(time.RFC3339Nano)
}

// witnessBinaries returns the values in texts, and one that is longer than each of them.
func witnessBinaries(texts []string) []string {
	var out []string
	longest := 0
	for _, text := range texts {
		if b, ok := parseBinary(text); ok {
			out = append(out, text)
			longest = max(longest, len(b))
		}
	}
	return append(out, base64.StdEncoding.EncodeToString(make([]byte, longest+1)))
}

// witnessAddresses returns the first address of each range, the one after its last, and the lowest of all. No answer changes between
// these.
func witnessAddresses(texts []string) []string {
	out := []string{"0.0.0.0", "::"}
	for _, text := range texts {
		p, ok := parseRange(text)
		if !ok {
			continue
		}
		out = append(out, p.Addr().String())
		if next := lastOf(p).Next(); next.Is4In6() { // such an address means one of IPv4: the next that does not
			out = append(out, "::1:0:0:0")
		} else if next.IsValid() {
			out = append(out, next.String())
		}
	}
	return out
}

func lastOf(p netip.Prefix) netip.Addr {
	bytes := p.Addr().AsSlice()
	for bit := p.Bits(); bit < len(bytes)*8; bit++ {
		bytes[bit/8] |= 1 << (7 - bit%8)
	}
	a, _ := netip.AddrFromSlice(bytes)
	return a
}
