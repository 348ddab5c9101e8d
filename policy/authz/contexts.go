package authz

import (
	"maps"
	"slices"
)

// Certainty says how sure a Fact is.
type Certainty int

const (
	// Unknown: nothing is known; decisions that hang on it are undetermined.
	Unknown Certainty = iota
	// Assumed: AWS does not document it, but it follows from what is documented, or has been seen.
	Assumed
	// Certain: AWS documents it, or the caller of this package gave it.
	Certain
)

// String is "unknown", "assumed" or "certain".
func (c Certainty) String() string {
	if c < Unknown || c > Certain {
		return "invalid certainty"
	}
	return [...]string{"unknown", "assumed", "certain"}[c]
}

// Fact is what is known of one condition key of a call.
type Fact struct {
	Key       string
	Values    []string // the values; none if Form is set or the key is absent or unknown
	Form      string   // of a value that is known in part, with * and ?
	Among     []string // if one of several values is all that is known; "" among them: the key may be absent
	Certainty Certainty
	Reason    string
}

// Absent reports whether the key is known, or assumed, to be absent.
func (f Fact) Absent() bool {
	return f.Certainty != Unknown && len(f.Values) == 0 && f.Form == "" && len(f.Among) == 0
}

// With is r with the facts that are at least as certain as least added to what it knows. What r says already wins.
// Deciding once with Assumed and once with Certain tells whether an answer rests on an assumption.
func (r Request) With(facts []Fact, least Certainty) Request {
	r.Context, r.Like, r.Among, r.Absent = maps.Clone(r.Context), maps.Clone(r.Like), maps.Clone(r.Among), slices.Clone(r.Absent)
	said := newFacts(&r, &who{kind: unreadable}) // what follows from other fields is left out: the facts may know better
	for _, f := range facts {
		if _, s := said.key(lower(f.Key)); s != unknown || said.among(lower(f.Key)) != nil || f.Certainty == Unknown || f.Certainty < least {
			continue
		}
		switch {
		case len(f.Values) > 0:
			if r.Context == nil {
				r.Context = map[string][]string{}
			}
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

// s3Facts are what every request of a client of AWS to S3 carries, on something that the account owns.
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

func orgFact(id string) Fact {
	if id == "" {
		return Fact{Key: "aws:PrincipalOrgID", Reason: "there if the principal's account is in an organisation"}
	}
	return Fact{Key: "aws:PrincipalOrgID", Values: []string{id}, Certainty: Certain, Reason: "given"}
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
