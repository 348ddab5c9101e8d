package main

import (
	"os"
	"testing"

	"github.com/xacct/xacct/internal/testlimit"
)

func TestMain(m *testing.M) { os.Exit(testlimit.Run(m)) }
