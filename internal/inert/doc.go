// Package inert writes texts of others into languages in which they could do something: a shell, HCL, YAML and Markdown. What it returns is read back as
// the text that it was, or shown as it, and never run, expanded, linked or taken for markup. It also writes the parts of a file of Terraform,
// of a template
// of CloudFormation and of a page around them.
package inert
