package authz

import (
	"maps"
	"slices"
)

// Certainty says how certain a [Fact] is.
type Certainty int

const (
	// Unknown means that nothing is known about the key. A decision that depends on it is [Undetermined].
	Unknown Certainty = iota
	// Assumed means that AWS does not document the fact, but that it follows from what is documented or has been observed.
	Assumed
	// Certain means that AWS documents the fact, or that the caller of this package gave it.
	Certain
)

// String returns "unknown", "assumed" or "certain".
func (c Certainty) String() string {
	if c < Unknown || c > Certain {
		return "invalid certainty"
	}
	return [...]string{"unknown", "assumed", "certain"}[c]
}

// Fact says what is known of one condition key of a call. At most one of Values, Form and Among is set. If none is and Certainty is not
// Unknown, the key is absent.
type Fact struct {
	Key       string
	Values    []string // the values of the key
	Form      string   // the form of the single value, in which * stands for any characters and ? for one
	Among     []string // the possible values; "" among them means that the key may be absent
	Certainty Certainty
	Reason    string
}

// Absent reports whether the key is certain or assumed to be absent.
func (f Fact) Absent() bool {
	return f.Certainty != Unknown && len(f.Values) == 0 && f.Form == "" && len(f.Among) == 0
}

// With returns r with those facts added that are at least as certain as least. For a key that r already mentions, r wins. Deciding once
// with Assumed and once with Certain shows whether an answer rests on an assumption.
func (r Request) With(facts []Fact, least Certainty) Request {
	values, absent := len(r.Context), len(r.Absent)
	for i := range facts {
		if f := &facts[i]; f.Certainty != Unknown && f.Certainty >= least {
			if len(f.Values) > 0 {
				values++
			} else if f.Absent() {
				absent++
			}
		}
	}
	context := r.Context
	if r.Context = nil; context != nil || values > 0 {
		r.Context = make(map[string][]string, values)
		maps.Copy(r.Context, context)
	}
	r.Like, r.Among, r.Absent = maps.Clone(r.Like), maps.Clone(r.Among), slices.Grow(slices.Clone(r.Absent), absent-len(r.Absent))
	said := newFacts(&r, &who{kind: unreadable}) // without the keys that follow from other fields: the facts may be more precise
	for _, f := range facts {
		if _, s := said.key(lower(f.Key)); s != unknown || said.among(lower(f.Key)) != nil || f.Certainty == Unknown || f.Certainty < least {
			continue
		}
		switch {
		case len(f.Values) > 0:
			r.Context[f.Key] = f.Values
		case len(f.Among) > 0:
			if r.Among == nil {
				r.Among = map[string][]string{}
			}
			r.Among[f.Key] = f.Among
		case f.Form != "":
			if r.Like == nil {
				r.Like = map[string]string{}
			}
			r.Like[f.Key] = f.Form
		default:
			r.Absent = append(r.Absent, f.Key)
		}
	}
	return r
}

// s3Facts returns what every request of an AWS client to S3 carries. account owns the bucket; "" is not known.
//
// Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html,
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
func s3Facts(account string) []Fact {
	facts := []Fact{
		{Key: "s3:TlsVersion", Among: []string{"1.2", "1.3"}, Certainty: Assumed, Reason: "AWS requires at least TLS 1.2; which version the client uses is not known"},
		{Key: "s3:signatureversion", Values: []string{"AWS4-HMAC-SHA256"}, Certainty: Assumed, Reason: "what AWS's own clients use"},
		{Key: "s3:authType", Values: []string{"REST-HEADER"}, Certainty: Assumed, Reason: "what AWS's own clients use"},
	}
	if account != "" {
		facts = append(facts, Fact{Key: "s3:ResourceAccount", Values: []string{account}, Certainty: Certain, Reason: "the owner of the bucket"})
	}
	return facts
}

// orgFacts returns what follows from the organisation of the principal's account; "" is not known. A path begins with the id of the organisation, and an
// account has one path.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
func orgFacts(id string) []Fact {
	if id == "" {
		return []Fact{{Key: "aws:PrincipalOrgID", Reason: "there if the principal's account is in an organisation"}}
	}
	return []Fact{
		{Key: "aws:PrincipalOrgID", Values: []string{id}, Certainty: Certain, Reason: "given"},
		{Key: "aws:PrincipalOrgPaths", Form: id + "/*", Certainty: Certain, Reason: "begins with the organisation, which is given"},
	}
}

func tagFacts(tags map[string]string) []Fact {
	if tags == nil {
		return []Fact{{Key: "aws:PrincipalTag/*", Reason: "the tags of the principal"}}
	}
	var facts []Fact
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		facts = append(facts, Fact{Key: "aws:PrincipalTag/" + key, Values: []string{tags[key]}, Certainty: Certain, Reason: "a tag of the principal"})
	}
	return append(facts, Fact{Key: "aws:PrincipalTag/*", Certainty: Certain, Reason: "all other tags"})
}
