// Package house holds the tests of the repository itself. They check
//
//   - imports: each package imports only lower storeys, and no further module
//   - code: every method of a client interface is used, every validation rule stands in a tested table, every test has a time limit, and
//     functions, packages and the root stay small
//   - documentation: every exported name has a comment, every package has a whole-file example, and the pages use words that can be read once
//   - pages: the code in README.md is compiled somewhere, links and names lead to what exists, CONTRIBUTING.md has every package, gate, file
//     and test that a change may need, and the picture in docs/architecture.md shows the imports that there are
package house
