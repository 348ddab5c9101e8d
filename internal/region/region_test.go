package region

import "testing"

func TestPartition(t *testing.T) {
	for name, want := range map[string]string{
		"us-east-1": "aws", "eu-central-2": "aws", "me-central-1": "aws", "cn-north-1": "aws-cn", "cn-northwest-1": "aws-cn",
		"us-gov-west-1": "aws-us-gov", "eusc-de-east-1": "aws-eusc", "us-iso-east-1": "aws-iso", "us-isob-east-1": "aws-iso-b",
		"us-isof-south-1": "aws-iso-f", "eu-isoe-west-1": "aws-iso-e",
	} {
		if got := Partition(name); got != want {
			t.Errorf("Partition(%s) = %s, want %s", name, got, want)
		}
		if !Valid(name) {
			t.Errorf("Valid(%s) = false", name)
		}
	}
}

func TestValid(t *testing.T) {
	for _, name := range []string{"", "us-east", "us-east-1a", "US-EAST-1", "us_east_1", "us-east-1 ", "global", "s3.us-east-1.amazonaws.com"} {
		if Valid(name) {
			t.Errorf("Valid(%q) = true", name)
		}
	}
}

func TestValidAccount(t *testing.T) {
	for id, want := range map[string]bool{"000000000001": true, "111122223333": true, "": false, "11112222333": false, "1111222233334": false, "11112222333x": false, "１11122223333": false} {
		if got := ValidAccount(id); got != want {
			t.Errorf("ValidAccount(%q) = %v, want %v", id, got, want)
		}
	}
}

func TestARN(t *testing.T) {
	for _, s := range []string{
		"arn:aws:s3:::bucket", "arn:aws:iam::111122223333:role/path/name", "arn:aws-cn:datasync:cn-north-1:111122223333:location/loc-0123456789abcdef0",
		"arn:aws:logs:eu-west-1:111122223333:log-group:/aws/datasync:*",
	} {
		if a, ok := ParseARN(s); !ok || a.String() != s {
			t.Errorf("ParseARN(%s) = %v, %v", s, a, ok)
		}
	}
	for _, s := range []string{"", "arn", "arn:aws:s3:::", "arn::s3:::b", "arn:aws::::b", "urn:aws:s3:::b", "bucket"} {
		if a, ok := ParseARN(s); ok {
			t.Errorf("ParseARN(%q) = %v", s, a)
		}
	}
	if got := Role("aws", "111122223333", "", "r"); got != "arn:aws:iam::111122223333:role/r" {
		t.Error(got)
	}
	if got := Role("aws", "111122223333", "/a/b/", "r"); got != "arn:aws:iam::111122223333:role/a/b/r" {
		t.Error(got)
	}
	if got := Bucket("aws-cn", "b"); got != "arn:aws-cn:s3:::b" {
		t.Error(got)
	}
}
