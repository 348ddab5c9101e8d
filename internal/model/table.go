package model

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"sync"
)

//go:embed testdata/services.json
var table []byte

// Service is the model of one service.
type Service struct {
	ID         string // the SDK's service id, such as "CloudWatch Logs"
	Protocol   string // json, query or rest-xml
	Signing    string // the service in the credential scope of a request
	Target     string // json: what X-Amz-Target begins with
	Version    string // of the API
	Namespace  string // of XML answers
	Operations map[string]*Operation
	Shapes     map[string]*Shape
}

// Operation is one operation of a service. Operations of rest-xml that the table only routes have neither input nor output.
type Operation struct {
	Name    string
	HTTP    string // method and path with its fixed query, such as "PUT /{Bucket}?policy"
	Status  int    // of a success; 0 is 200
	Needs   []string
	Input   string // shape; "" is none
	Output  string // shape; "" is none
	Wrapper string // query: the element around the output
	Listed  bool   // its shapes are in the table
}

// Shape is a type of the service model. Of its members, one that differs from the defaults of its protocol in nothing is only the name of its shape.
type Shape struct {
	Type     string // structure, list, map, string, integer, long, boolean, timestamp or blob
	Min, Max *int64
	Pattern  string
	Enum     []string
	Members  map[string]Member // of a structure
	Required []string
	Payload  string // of a structure: the member that is the body
	Item     Member // of a list, and the values of a map
	Key      Member // of a map
	Format   string // of a timestamp

	pattern *regexp.Regexp
}

// Member says which shape a member has, and how it is sent.
type Member struct {
	Shape       string
	Name        string // on the wire; "" is the member's own
	In          string // header, headers (a map with a common prefix), querystring, uri or "", the body
	Flat        bool   // a list or map without an element of its own
	Attribute   bool   // of the XML element around it
	Prefix, URI string // of the namespace that the attribute Name belongs to
	Format      string // of a timestamp
	Stream      bool   // the body as it is
}

// UnmarshalJSON reads a member, or the name of its shape.
func (m *Member) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &m.Shape)
	}
	type plain Member
	return json.Unmarshal(data, (*plain)(m))
}

var load = sync.OnceValue(func() map[string]*Service {
	var t struct{ Services map[string]*Service }
	if err := json.Unmarshal(table, &t); err != nil {
		panic("internal/model: " + err.Error()) // unreachable: the table is part of the package
	}
	for id, svc := range t.Services {
		svc.ID = id
		for name, o := range svc.Operations {
			o.Name, o.Listed = name, o.Input != "" || o.Output != ""
		}
		for name, s := range svc.Shapes {
			if s.Pattern != "" {
				s.pattern = regexp.MustCompile(`^(?:` + s.Pattern + `)$`)
			}
			if s.Type == "" {
				panic(fmt.Sprintf("internal/model: shape %s of %s has no type", name, id))
			}
		}
	}
	return t.Services
})

// Services are the models by service id. They are shared: nobody changes them.
func Services() map[string]*Service { return load() }
