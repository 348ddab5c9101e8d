package enginetest_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// TestStorageClassChanges sets up a transfer with one storage class and then with another: the plan after that is empty, also where the second is
// the default and the transfer leaves it out. DataSync leaves a class that an update does not name as it is.
func TestStorageClassChanges(t *testing.T) {
	kittest.SkipUnderRace(t)
	const (
		none     = dstypes.S3StorageClass("")
		standard = dstypes.S3StorageClassStandard
		ia       = dstypes.S3StorageClassStandardIa
		archive  = dstypes.S3StorageClassDeepArchive
	)
	for _, tt := range []struct {
		first, second dstypes.S3StorageClass
		prefix        string // of the second; "" is that of the first
		want          dstypes.S3StorageClass
	}{
		{none, ia, "", ia},
		{ia, none, "", standard},
		{ia, standard, "", standard},
		{ia, archive, "", archive},
		{archive, none, "", standard},
		{standard, none, "", standard},
		{ia, none, "elsewhere", standard},
		{ia, ia, "elsewhere", ia},
		{none, none, "elsewhere", standard},
	} {
		t.Run(fmt.Sprintf("%q, then %q %s", tt.first, tt.second, tt.prefix), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				tr.Destination.StorageClass = tt.first
				kittest.SetUp(t, cloud, tr)
				if tr.Destination.StorageClass = tt.second; tt.prefix != "" {
					tr.Destination.Prefix = tt.prefix
				}
				kittest.SetUp(t, cloud, tr)
				if dump := kittest.Dump(cloud); !strings.Contains(dump, "    class: "+string(tt.want)+"\n") {
					t.Errorf("no location has %q:\n%s", tt.want, dump)
				}
			})
		})
	}
}
