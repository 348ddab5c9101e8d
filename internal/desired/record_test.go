package desired

import "testing"

func TestSameRecord(t *testing.T) {
	for _, tt := range []struct {
		name, a, b string
		want       bool
	}{
		{"the same text", `{"Name":"a"}`, `{"Name":"a"}`, true},
		{"an empty string of an older plan", `{"Name":"a","Path":""}`, `{"Name":"a"}`, true},
		{"an empty object of an older plan", `{"Name":"a","Options":{"VerifyMode":"","BytesPerSecond":0}}`, `{"Name":"a"}`, true},
		{"null", `{"Name":"a","Tags":null}`, `{"Name":"a"}`, true},
		{"an empty list", `{"Name":"a","Includes":[]}`, `{"Name":"a"}`, true},
		{"another order", `{"Name":"a","Mode":"BASIC"}`, `{"Mode":"BASIC","Name":"a"}`, true},
		{"another value", `{"Name":"a"}`, `{"Name":"b"}`, false},
		{"a value more", `{"Name":"a","Mode":"BASIC"}`, `{"Name":"a"}`, false},
		{"false is a value", `{"Name":"a","On":false}`, `{"Name":"a"}`, false},
		{"large numbers that differ in the last digit", `{"N":9007199254740993}`, `{"N":9007199254740992}`, false},
		{"texts that are no JSON", "ObjectWriter", "BucketOwnerEnforced", false},
		{"no text, and an empty record", "", `{}`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := SameRecord(tt.a, tt.b); got != tt.want {
				t.Errorf("SameRecord = %v, want %v", got, tt.want)
			}
			if got := SameRecord(tt.b, tt.a); got != tt.want {
				t.Errorf("the other way round: %v, want %v", got, tt.want)
			}
		})
	}
}
