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
