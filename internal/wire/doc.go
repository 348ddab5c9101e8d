// Package wire holds the tests that send real requests: the whole journey through the SDK's clients, over HTTP, to moto.
// https://docs.getmoto.org/en/latest/docs/server_mode.html
package wire
