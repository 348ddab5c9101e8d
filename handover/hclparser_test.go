package handover_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A parser of the part of HCL that the bundles use: attributes, blocks, quoted strings, lists, maps, calls and references.
// https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md

type hclBody struct {
	attributes []string
	blocks     []hclBlock
	texts      []string // the strings that are values
}

type hclBlock struct {
	words []string
	body  *hclBody
}

// names are those of the attributes and blocks, with those of blocks inside behind a dot.
func (b *hclBody) names(before string) []string {
	var out []string
	for _, a := range b.attributes {
		out = append(out, before+a)
	}
	for _, x := range b.blocks {
		out = append(append(out, before+x.words[0]), x.body.names(before+x.words[0]+".")...)
	}
	return out
}

func (b *hclBody) strings() []string {
	out := b.texts
	for _, x := range b.blocks {
		out = append(out, x.body.strings()...)
	}
	return out
}

var hclToken = regexp.MustCompile(`^(?:#[^\n]*|[ \t]+|\n|"(?:[^"\\\n]|\\.)*"|[A-Za-z_][A-Za-z0-9_-]*|-?[0-9]+|[{}()\[\]=,.])`)

type hclParser struct {
	tokens []string
	at     int
}

func parseHCL(text string) (*hclBody, error) {
	p := &hclParser{}
	for rest := text; rest != ""; {
		t := hclToken.FindString(rest)
		if t == "" {
			return nil, fmt.Errorf("no token: %.40q", rest)
		}
		if rest = rest[len(t):]; t[0] != '#' && t[0] != ' ' && t[0] != '\t' {
			p.tokens = append(p.tokens, t)
		}
	}
	body, err := p.body(false)
	if err == nil && p.at < len(p.tokens) {
		err = fmt.Errorf("text behind the end: %q", p.tokens[p.at:])
	}
	return body, err
}

func (p *hclParser) next() string {
	if p.at >= len(p.tokens) {
		return ""
	}
	p.at++
	return p.tokens[p.at-1]
}

func (p *hclParser) body(inside bool) (*hclBody, error) {
	b := &hclBody{}
	for {
		t := p.next()
		switch {
		case t == "\n":
			continue
		case t == "" && !inside, t == "}" && inside:
			return b, nil
		case !regexp.MustCompile(`^[A-Za-z_]`).MatchString(t):
			return nil, fmt.Errorf("%q where a name must stand", t)
		}
		words := []string{t}
		for {
			if t = p.next(); strings.HasPrefix(t, `"`) {
				s, err := literal(t)
				if err != nil {
					return nil, err
				}
				words = append(words, s)
				continue
			}
			break
		}
		switch t {
		case "=":
			b.attributes = append(b.attributes, words[0])
			if err := p.expression(b, "\n"); err != nil {
				return nil, err
			}
		case "{":
			inner, err := p.body(true)
			if err != nil {
				return nil, err
			}
			b.blocks = append(b.blocks, hclBlock{words, inner})
		default:
			return nil, fmt.Errorf("%q behind %v", t, words)
		}
	}
}

// expression reads up to the end of a line on which every bracket is closed.
func (p *hclParser) expression(b *hclBody, end string) error {
	depth := 0
	for {
		t := p.next()
		switch {
		case t == "" || t == end && depth == 0:
			return nil
		case strings.Contains("{([", t):
			depth++
		case strings.Contains("})]", t):
			depth--
		case t[0] == '"':
			s, err := literal(t)
			if err != nil && !strings.HasPrefix(t, `"${path.module}/policies/`) {
				return err
			}
			b.texts = append(b.texts, s)
		}
	}
}

// literal is the string that a quoted string means. One that holds a template is an error.
func literal(quoted string) (string, error) {
	s := quoted[1 : len(quoted)-1]
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "$${"), strings.HasPrefix(s[i:], "%%{"):
			b.WriteByte(s[i])
			i++
		case strings.HasPrefix(s[i:], "${"), strings.HasPrefix(s[i:], "%{"):
			return "", fmt.Errorf("a template: %s", quoted)
		case s[i] == '\\':
			r, _, rest, err := strconv.UnquoteChar(s[i:], '"')
			if err != nil {
				return "", fmt.Errorf("%s: %w", quoted, err)
			}
			b.WriteRune(r)
			i = len(s) - len(rest) - 1
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), nil
}
