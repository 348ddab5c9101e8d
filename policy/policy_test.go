package policy_test

import (
	"testing"

	. "github.com/xacct/xacct/policy"
)

func mustParse(t testing.TB, text string) Document {
	t.Helper()
	d, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestBuildAndEdit(t *testing.T) {
	role := "arn:aws:iam::111122223333:role/sync"
	s := Allow("s3:GetObject", "s3:ListBucket").WithSid("Read").By(AWS(role)).On("arn:aws:s3:::b", "arn:aws:s3:::b/*").
		When(StringEquals("aws:ResourceAccount", "111122223333"), Bool("aws:SecureTransport", true))
	const want = `{"Sid":"Read","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/sync"},"Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],"Condition":{"StringEquals":{"aws:ResourceAccount":"111122223333"},"Bool":{"aws:SecureTransport":"true"}}}`
	if got := string(s.Bytes()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := string(New(s).Bytes()); got != `{"Version":"2012-10-17","Statement":[`+want+`]}` {
		t.Errorf("New: %s", got)
	}
	for name, text := range map[string]string{
		"list":   "{\r\n\t\"Statement\" : [ {\"Effect\":\"Deny\",\"Action\":\"*\" } ], \"Id\":\"x\"}\n",
		"single": ` {"Id":"\u0041","Statement" : {"Effect":"Deny","Action":"*" } , "Version":"2008-10-17"}`,
		"empty":  `{"Statement":[ ]}`,
	} {
		d := mustParse(t, text)
		with := d.With(s)
		if string(d.Bytes()) != text {
			t.Errorf("%s: the document changed", name)
		}
		if string(with.Bytes()) != string(with.With(s).Bytes()) {
			t.Errorf("%s: With twice is not With once", name)
		}
		if got := string(with.Without("Read").Bytes()); got != text {
			t.Errorf("%s: Without does not undo With:\ngot  %s\nwant %s", name, got, text)
		}
		if again := mustParse(t, string(with.Bytes())); !again.Equal(with) {
			t.Errorf("%s: not equal after printing and parsing", name)
		}
	}
}
