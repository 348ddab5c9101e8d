package region

import "testing"

// Every partition of a Region has a row, and only the row of aws is documented.
func TestPartitionTraits(t *testing.T) {
	for _, p := range partitions {
		if _, ok := partitionTraits[p.partition]; !ok {
			t.Errorf("partition %s has no row", p.partition)
		}
	}
	if len(partitionTraits) != len(partitions) {
		t.Errorf("%d rows for %d partitions", len(partitionTraits), len(partitions))
	}
	for partition := range partitionTraits {
		if got := DataSync(partition); got != "datasync.amazonaws.com" {
			t.Errorf("%s: DataSync is %q", partition, got)
		}
		if got := DataSyncAssumed(partition); got != (partition != "aws") {
			t.Errorf("%s: assumed = %v", partition, got)
		}
	}
	if got := DataSync("aws-new"); got != "datasync.amazonaws.com" || !DataSyncAssumed("aws-new") {
		t.Errorf("an unknown partition: %q", got)
	}
	if IAM("aws") != "us-east-1" || IAM("aws-cn") != "" {
		t.Error("IAM's Region is documented for aws, and only for it")
	}
}
