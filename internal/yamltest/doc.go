// Package yamltest tests what YAML libraries make of policy documents. It is a module of its own, so that the library has none of them.
package yamltest
