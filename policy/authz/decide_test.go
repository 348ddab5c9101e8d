package authz_test

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

func TestNotGiven(t *testing.T) {
	none := [][]policy.Document{}
	for _, c := range []struct {
		name string
		r    authz.Request
		p    authz.Policies
		want authz.Layer
	}{
		{"neither", get(role), authz.Policies{}, authz.SCP | authz.RCP},
		{"known to be none", get(role), authz.Policies{SCPs: none, RCPs: none}, 0},
		{"could not be read", get(role), authz.Policies{Unread: authz.SCP, RCPs: none}, 0},
		{"a service has no SCPs", service(), authz.Policies{}, authz.RCP},
		{"DataSync has no RCPs", authz.Request{Principal: role, Action: "datasync:ListTasks", Resource: "*"}, authz.Policies{}, authz.SCP},
		{"nothing limits a service-linked role", here("arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/R"), authz.Policies{}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := authz.Decide(c.r, c.p).NotGiven; got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestUnreadIsNamed(t *testing.T) {
	d := authz.Decide(get(role), authz.Policies{Identity: one(all), Resource: allows(role), Unread: authz.Boundary | authz.Session})
	if d.Effect != authz.Undetermined || d.Unread != authz.Boundary|authz.Session || len(d.DependsOn) > 0 {
		t.Errorf("got %s", d)
	}
	d = authz.Decide(get(role), authz.Policies{Identity: one(all), Resource: allows(alice), Unread: authz.Boundary})
	if d.Effect != authz.ImplicitlyDenied || d.Unread != 0 {
		t.Errorf("what the bucket policy settles hangs on nothing: %s", d)
	}
}

// Each case is one way in which a request can say something about a key.
func TestWhatIsKnown(t *testing.T) {
	like := func(r authz.Request, key, form string) authz.Request {
		r.Like = map[string]string{key: form}
		return r
	}
	without := func(r authz.Request, keys ...string) authz.Request {
		r.Absent = keys
		return r
	}
	tag := cond(`'StringEquals':{'aws:PrincipalTag/Team':'a'}`)
	noTag := cond(`'Null':{'aws:PrincipalTag/Team':'true'}`)
	for _, c := range []struct {
		name string
		r    authz.Request
		p    authz.Policies
		want authz.Effect
	}{
		{"context", open("s3:GetObject", object, "aws:principaltag/team", "a"), tag, authz.Allowed},
		{"empty context is absent", func() authz.Request {
			r := unknownKey
			r.Context = map[string][]string{"aws:principaltag/TEAM": {}}
			return r
		}(), noTag, authz.Allowed},
		{"absent", without(unknownKey, "AWS:PrincipalTag/TEAM"), noTag, authz.Allowed},
		{"absent by its beginning", without(unknownKey, "aws:principalTag/*"), noTag, authz.Allowed},
		{"another is absent", without(unknownKey, "aws:PrincipalTag/Teams"), noTag, authz.Undetermined},
		{"context before absent", without(open("s3:GetObject", object, "aws:PrincipalTag/team", "a"), "aws:PrincipalTag/*"), tag, authz.Allowed},
		{"a form that matches", like(unknownKey, "aws:principaltag/team", "a"), tag, authz.Allowed},
		{"a form that cannot match", like(unknownKey, "aws:principaltag/team", "b*"), tag, authz.ImplicitlyDenied},
		{"a form that may match", like(unknownKey, "aws:principaltag/team", "?"), tag, authz.Undetermined},
		{"a form is of one value", like(unknownKey, "x:set", "?"), cond(`'ForAnyValue:StringEquals':{'x:set':'a'},'ForAnyValue:StringLike':{'x:set':'b'}`), authz.ImplicitlyDenied},
		{"without a form there may be several", unknownKey, cond(`'ForAnyValue:StringEquals':{'x:set':'a'},'ForAnyValue:StringLike':{'x:set':'b'}`), authz.Undetermined},
		{"a form is present", like(unknownKey, "aws:principaltag/team", "?"), noTag, authz.ImplicitlyDenied},
		{"a form before absent and complete", like(without(absentKey, "aws:PrincipalTag/*"), "aws:principaltag/team", "*"), noTag, authz.ImplicitlyDenied},
		{"context before a form", like(own("s3:GetObject", object, "aws:PrincipalTag/Team", "a"), "aws:principaltag/team", "b"), tag, authz.Allowed},
		{"a form of the role's ARN, another path", like(guess(session), "aws:PrincipalArn", pathRole), by("Allow", `'Principal':{'AWS':'`+role+`'}`), authz.ImplicitlyDenied},
		{"a form of the role's ARN, that path", like(guess(session), "aws:PrincipalArn", pathRole), by("Allow", `'Principal':{'AWS':'`+pathRole+`'}`), authz.Allowed},
		{"a form of the role's ARN, which may be this one", like(guess(session), "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*mover"), by("Allow", `'Principal':{'AWS':'`+role+`'}`), authz.Undetermined},
		{"two spellings, both values", own("s3:GetObject", object, "X:k", "a", "x:K", "b"), cond(`'ForAllValues:StringEquals':{'x:k':['a','b']},'ForAnyValue:StringEquals':{'x:k':'b'}`), authz.Allowed},
		{"what follows is absent if that is said", without(unknownKey, "aws:PrincipalAccount"), cond(`'Null':{'aws:PrincipalAccount':'true'}`), authz.Allowed},
		{"what follows is other if that is said", open("s3:GetObject", object, "aws:PrincipalType", "Mouse"), cond(`'StringEquals':{'aws:PrincipalType':'Mouse'}`), authz.Allowed},
		{"two unknown keys compared", unknownKey, cond(`'StringEquals':{'x:a':'${x:b}'}`), authz.Undetermined},
		{"two unknown keys compared both ways", unknownKey, may(`{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'StringEquals':{'x:a':'${x:b}'}}}`, `{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'StringNotEquals':{'x:a':'${x:b}'}}}`), authz.Allowed},
		{"one or the other allows", unknownKey, may(`{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'StringEquals':{'x:a':'a'}}}`, `{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'StringNotEquals':{'x:a':'a'}}}`), authz.Allowed},
		{"one or the other denies", unknownKey, may(allowAll, `{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'Null':{'x:a':'true'}}}`, `{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'StringLike':{'x:a':'*'}}}`), authz.ExplicitlyDenied},
		{"the key of one is text and number", unknownKey, may(`{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'StringEquals':{'x:a':'1'},'NumericEquals':{'x:a':'1'}}}`), authz.Undetermined},
		{"AWS's own policies", authz.Request{Principal: alice, Action: "iam:GetPolicy", Resource: "arn:aws:iam::aws:policy/AdministratorAccess"}, on("*"), authz.Allowed},
		{"nobody", authz.Request{}, authz.Policies{}, authz.ImplicitlyDenied},
		{"somebody who cannot be", authz.Request{Principal: "me", Action: "s3:GetObject", Resource: object, Complete: true}, by("Allow", `'Principal':{'AWS':'you'}`), authz.Allowed},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := authz.Decide(c.r, c.p); d.Effect != c.want {
				t.Errorf("want %s, got %s\n%s", c.want, d, show(c.p, d))
			}
		})
	}
}

// For an unknown variable, deciding for each possible value shows whether the answer depends on it.
func TestUnknownVariables(t *testing.T) {
	texts := []string{"", "a", "b", "ab", "ba", "aab", "a/b", "*"}
	values := []string{"\x00", ""} // the first value stands for an absent key
	for at := 0; len(values[at]) < 3; at++ {
		if at == 0 {
			continue
		}
		for _, c := range "ab/*A" {
			values = append(values, values[at]+string(c))
		}
	}
	checked := 0
	for _, pattern := range []string{"${x:v}", "a${x:v}", "${x:v}b", "*${x:v}b", "${x:v}*", "${x:v}/${x:v}", "a${x:v}?", "${x:v, \\u0027a\\u0027}b", "${*}${x:v}"} {
		for _, text := range texts {
			for _, operator := range []string{"StringLike", "StringNotLike", "StringEquals", "StringNotEqualsIgnoreCase", "ForAnyValue:StringLike"} {
				p := cond(`'` + operator + `':{'x:k':'` + pattern + `'}`)
				r := open("s3:GetObject", object, "x:k", text)
				effects := map[authz.Effect]bool{}
				for _, v := range values {
					known := r
					known.Complete = true
					known.Context = maps.Clone(r.Context)
					if v != values[0] {
						known.Context["x:v"] = []string{v}
					}
					effects[authz.Decide(known, p).Effect] = true
				}
				got := authz.Decide(r, p)
				if undetermined := got.Effect == authz.Undetermined; undetermined != (len(effects) > 1) || !undetermined && !effects[got.Effect] {
					t.Errorf("%s %q of %q: %s, but for its values %v", operator, pattern, text, got, effects)
				}
				checked++
			}
		}
	}
	t.Logf("%d combinations", checked)
}

// With more unknown keys than can be tried in all combinations, the answer is Undetermined and comes soon.
func TestManyUnknownKeys(t *testing.T) {
	var statements []string
	for i := range 40 {
		statements = append(statements, fmt.Sprintf(`{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'StringLike':{'x:k%d':['*a*b*','?c*'],'x:k%d':'*d?'},'NumericLessThan':{'x:n%d':%d}}}`, i, (i+7)%40, i%5, i))
	}
	start := time.Now()
	d := authz.Decide(unknownKey, may(append(statements, allowAll)...))
	if d.Effect != authz.Undetermined || len(d.DependsOn) != 45 {
		t.Errorf("got %s", d)
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestDecideLeavesItsArgumentsAlone(t *testing.T) {
	s := &source{bytes: []byte("a few choices, it does not matter which")}
	for range 50 {
		p := s.policies()
		r, _ := s.request()
		beforeR, beforeP := fmt.Sprintf("%+v", r), show(p, authz.Decision{})
		authz.Decide(r, p).Explain()
		if diff := cmp.Diff(beforeR+beforeP, fmt.Sprintf("%+v", r)+show(p, authz.Decision{})); diff != "" {
			t.Fatalf("(-before +after):\n%s", diff)
		}
	}
}

// Concurrent decisions may share documents.
func TestDecideConcurrently(t *testing.T) {
	d := large()
	r, p := largeQuestion(d)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if got := authz.Decide(r, p); got.Effect != authz.ExplicitlyDenied {
					t.Errorf("got %s", got)
				}
			}
		})
	}
	wg.Wait()
}

// The cases cover every reason why a statement does or does not apply.
func TestExplain(t *testing.T) {
	p := authz.Policies{
		SCPs:     [][]policy.Document{{doc(`{'Effect':'Allow','NotAction':'s3:Get*','Resource':'*'}`), all}},
		RCPs:     [][]policy.Document{{doc(anyone, `{'Sid':'Conf','Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'*','Condition':{'Bool':{'aws:SecureTransport':'false'}}}`)}},
		Identity: docs(`{'Effect':'Allow','Action':['s3:Put*','s3:List*','iam:*','ec2:*'],'Resource':'*'}`, `{'Effect':'Allow','Action':'s3:*','NotResource':'arn:aws:s3:::media/*'}`, anyone),
		Resource: doc(allowAll, `{'Effect':'Allow','NotPrincipal':{'AWS':'111122223333'},'Action':'*','Resource':'*'}`, `{'Effect':'Allow','Principal':{'AWS':'AROAEXAMPLE'},'Action':'*','Resource':'*','Condition':{'IpAddress':{'aws:SourceIp':'10.0.0.0/8'}}}`,
			`{'Sid':'Strange','Effect':'Allow','Principal':'*','Action':'*','Resource':'*','Condition':{'Matches':{'aws:SourceIp':'10'}}}`),
		Boundary: doc(`{'Effect':'Allow','Action':'*','Resource':['arn:aws:s3:::x','arn:aws:s3:::y']}`),
		Session:  doc(`{'Effect':'Allow','NotAction':'iam:*','Resource':'*','Condition':{'StringLike':{'aws:PrincipalArn':['a','b','c','d','*']}}}`, `{'Effect':'Allow','Action':'*','Resource':'arn:aws:*:::media/*'}`),
	}
	d := authz.Decide(guess(role, "aws:SecureTransport", "true"), p)
	var got []string
	for _, m := range d.Explain() {
		got = append(got, m.String())
	}
	want := []string{
		`SCP at level 1, document 1, statement 1 (Allow) does not apply: the action is exempt: s3:Get*`,
		`SCP at level 1, document 2, statement 1 "All" (Allow) applies: it is about *`,
		`RCP at level 1, document 1, statement 1 "Anyone" (Allow) does not apply: of RCPs only what they deny counts`,
		`RCP at level 1, document 1, statement 2 "Conf" (Deny) does not apply: aws:SecureTransport is "true" (Bool "false"), which does not hold`,
		`resource policy, statement 1 (Allow) does not apply: it has no Principal`,
		`resource policy, statement 2 (Allow) does not apply: the principal is exempt: 111122223333`,
		`resource policy, statement 3 (Allow) may apply: depends on aws:SourceIp, aws:userid`,
		`resource policy, statement 4 "Strange" (Allow) does not apply: "Matches" is not a condition operator`,
		`identity policy, document 1, statement 1 (Allow) does not apply: the action is not s3:Put*, s3:List*, iam:* or 1 more`,
		`identity policy, document 1, statement 2 (Allow) does not apply: the resource is exempt: arn:aws:s3:::media/*`,
		`identity policy, document 1, statement 3 "Anyone" (Allow) does not apply: such a policy has no Principal`,
		`permissions boundary, statement 1 (Allow) does not apply: the resource is not arn:aws:s3:::x, arn:aws:s3:::y`,
		`session policy, statement 1 (Allow) applies: it is about all actions but some; aws:PrincipalArn is "arn:aws:iam::111122223333:role/mover" (StringLike "a", "b", "c", and 2 more)`,
		`session policy, statement 2 (Allow) does not apply: a resource has a wildcard in its service, or a variable before its fifth colon`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wantDecision := `implicitly denied
  identity policy: no statement allows s3:GetObject on arn:aws:s3:::media/2026/a.mov
  permissions boundary: no statement allows s3:GetObject on arn:aws:s3:::media/2026/a.mov`
	if diff := cmp.Diff(strings.Split(wantDecision, "\n"), strings.Split(d.String(), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := (authz.Decision{}).Explain(); got != nil {
		t.Errorf("the zero Decision explains %v", got)
	}
}

// Explain agrees with Decide about the root user's own bucket policy.
func TestExplainOwnersRoot(t *testing.T) {
	p := authz.Policies{Resource: doc(`{'Sid':'No','Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'*'}`)}
	for account, want := range map[string]string{
		task:   `resource policy, statement 1 "No" (Deny) does not apply: it cannot keep the root user of the bucket's account from the bucket policy`,
		remote: `resource policy, statement 1 "No" (Deny) applies: it is about s3:*`,
		"":     `resource policy, statement 1 "No" (Deny) may apply: depends on aws:ResourceAccount`,
	} {
		if got := authz.Decide(rewrite(root, account), p).Explain(); len(got) != 1 || got[0].String() != want {
			t.Errorf("got  %v\nwant %s", got, want)
		}
	}
}
