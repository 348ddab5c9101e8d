package region

import "testing"

func TestOptIn(t *testing.T) {
	for name, want := range map[string]bool{
		"us-east-1": false, "eu-west-3": false, "ap-northeast-3": false, "sa-east-1": false,
		"ap-east-1": true, "af-south-1": true, "eu-south-2": true, "me-central-1": true, "il-central-1": true, "ap-southeast-7": true,
		"cn-north-1": false, "us-gov-west-1": false, "eusc-de-east-1": false, "": false, "eu west 1": false,
	} {
		if got := OptIn(name); got != want {
			t.Errorf("OptIn(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestOptInTables(t *testing.T) {
	for _, name := range enabled {
		if OptIn(name) || OptInListed(name) || !Valid(name) || Partition(name) != "aws" {
			t.Errorf("%s is enabled in every account", name)
		}
	}
	for _, name := range optIn {
		if !OptIn(name) || !OptInListed(name) || Partition(name) != "aws" {
			t.Errorf("%s is an opt-in Region", name)
		}
	}
	if newer := "eu-west-9"; !OptIn(newer) || OptInListed(newer) {
		t.Errorf("%s counts as an opt-in Region that the table lacks", newer)
	}
}
