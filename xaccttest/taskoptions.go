package xaccttest

import (
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/xaccttest/internal/clone"
)

// effective are the options of a new task: the given ones, and DataSync's defaults for all others.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html. That the POSIX options are NONE between buckets is assumed.
func effective(mode dstypes.TaskMode, given *dstypes.Options) dstypes.Options {
	o := dstypes.Options{
		VerifyMode:                  dstypes.VerifyModePointInTimeConsistent,
		OverwriteMode:               dstypes.OverwriteModeAlways,
		Atime:                       dstypes.AtimeBestEffort,
		Mtime:                       dstypes.MtimePreserve,
		Uid:                         dstypes.UidNone,
		Gid:                         dstypes.GidNone,
		PreserveDeletedFiles:        dstypes.PreserveDeletedFilesPreserve,
		PreserveDevices:             dstypes.PreserveDevicesNone,
		PosixPermissions:            dstypes.PosixPermissionsNone,
		BytesPerSecond:              aws.Int64(-1),
		TaskQueueing:                dstypes.TaskQueueingEnabled,
		LogLevel:                    dstypes.LogLevelOff,
		TransferMode:                dstypes.TransferModeChanged,
		SecurityDescriptorCopyFlags: dstypes.SmbSecurityDescriptorCopyFlagsNone,
		ObjectTags:                  dstypes.ObjectTagsPreserve,
	}
	if mode == dstypes.TaskModeEnhanced {
		o.VerifyMode = dstypes.VerifyModeOnlyFilesTransferred
	}
	return overlay(o, given)
}

// overlay is o with the given members in place of its own. That UpdateTask keeps members that are not given is assumed.
func overlay(o dstypes.Options, given *dstypes.Options) dstypes.Options {
	if given == nil {
		return o
	}
	to, from := reflect.ValueOf(&o).Elem(), reflect.ValueOf(*given)
	for i := range from.NumField() {
		if from.Type().Field(i).IsExported() && !from.Field(i).IsZero() {
			to.Field(i).Set(from.Field(i))
		}
	}
	return cloneOptions(o)
}

func cloneOptions(o dstypes.Options) dstypes.Options { return clone.Of(o) }

// optionRules refuse combinations of options. The texts of posix and all-remove are those of
// https://github.com/christoferson/aws-cloudformation/blob/main/datasync/README.md; the others are assumed to look like them.
var optionRules = []struct {
	broken func(dstypes.TaskMode, dstypes.S3StorageClass, dstypes.Options) bool
	text   func(dstypes.Options) string
}{
	{ // posix
		func(_ dstypes.TaskMode, _ dstypes.S3StorageClass, o dstypes.Options) bool {
			return o.PosixPermissions != dstypes.PosixPermissionsNone
		},
		func(o dstypes.Options) string {
			return fmt.Sprintf("Option: PosixPermissions, Value: %s invalid for non-POSIX transfer. please use NONE.", o.PosixPermissions)
		},
	},
	{ // posix
		func(_ dstypes.TaskMode, _ dstypes.S3StorageClass, o dstypes.Options) bool {
			return o.Uid != dstypes.UidNone
		},
		func(o dstypes.Options) string {
			return fmt.Sprintf("Option: Uid, Value: %s invalid for non-POSIX transfer. please use NONE.", o.Uid)
		},
	},
	{ // posix
		func(_ dstypes.TaskMode, _ dstypes.S3StorageClass, o dstypes.Options) bool {
			return o.Gid != dstypes.GidNone
		},
		func(o dstypes.Options) string {
			return fmt.Sprintf("Option: Gid, Value: %s invalid for non-POSIX transfer. please use NONE.", o.Gid)
		},
	},
	{ // all-remove
		func(_ dstypes.TaskMode, _ dstypes.S3StorageClass, o dstypes.Options) bool {
			return o.TransferMode == dstypes.TransferModeAll && o.PreserveDeletedFiles == dstypes.PreserveDeletedFilesRemove
		},
		func(dstypes.Options) string { return "Option: TransferMode,PreserveDeletedFiles, Value: ALL,REMOVE." },
	},
	{ // https://docs.aws.amazon.com/datasync/latest/userguide/choosing-task-mode.html
		func(m dstypes.TaskMode, _ dstypes.S3StorageClass, o dstypes.Options) bool {
			return m == dstypes.TaskModeEnhanced && o.VerifyMode == dstypes.VerifyModePointInTimeConsistent
		},
		func(dstypes.Options) string {
			return "Option: VerifyMode, Value: POINT_IN_TIME_CONSISTENT invalid for Enhanced mode."
		},
	},
	{ // https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html
		func(_ dstypes.TaskMode, c dstypes.S3StorageClass, o dstypes.Options) bool {
			return (c == dstypes.S3StorageClassGlacier || c == dstypes.S3StorageClassDeepArchive) && o.VerifyMode == dstypes.VerifyModePointInTimeConsistent
		},
		func(dstypes.Options) string {
			return "Option: VerifyMode, Value: POINT_IN_TIME_CONSISTENT invalid for the destination's storage class."
		},
	},
	{ // https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html
		func(_ dstypes.TaskMode, _ dstypes.S3StorageClass, o dstypes.Options) bool {
			return (o.Atime == dstypes.AtimeNone) != (o.Mtime == dstypes.MtimeNone)
		},
		func(o dstypes.Options) string {
			return fmt.Sprintf("Option: Atime,Mtime, Value: %s,%s.", o.Atime, o.Mtime)
		},
	},
}

// checkOptions refuses values outside their enum or range, and combinations that DataSync refuses.
func checkOptions(mode dstypes.TaskMode, class dstypes.S3StorageClass, o dstypes.Options) error {
	for _, m := range []struct {
		member, value string
		known         bool
	}{
		{"verifyMode", string(o.VerifyMode), known(o.VerifyMode)},
		{"overwriteMode", string(o.OverwriteMode), known(o.OverwriteMode)},
		{"atime", string(o.Atime), known(o.Atime)},
		{"mtime", string(o.Mtime), known(o.Mtime)},
		{"uid", string(o.Uid), known(o.Uid)},
		{"gid", string(o.Gid), known(o.Gid)},
		{"preserveDeletedFiles", string(o.PreserveDeletedFiles), known(o.PreserveDeletedFiles)},
		{"preserveDevices", string(o.PreserveDevices), known(o.PreserveDevices)},
		{"posixPermissions", string(o.PosixPermissions), known(o.PosixPermissions)},
		{"taskQueueing", string(o.TaskQueueing), known(o.TaskQueueing)},
		{"logLevel", string(o.LogLevel), known(o.LogLevel)},
		{"transferMode", string(o.TransferMode), known(o.TransferMode)},
		{"securityDescriptorCopyFlags", string(o.SecurityDescriptorCopyFlags), known(o.SecurityDescriptorCopyFlags)},
		{"objectTags", string(o.ObjectTags), known(o.ObjectTags)},
		{"bytesPerSecond", fmt.Sprint(aws.ToInt64(o.BytesPerSecond)), aws.ToInt64(o.BytesPerSecond) >= -1},
	} {
		if !m.known {
			return violation("options."+m.member, m.value, "enum value set or range")
		}
	}
	for _, r := range optionRules {
		if r.broken(mode, class, o) {
			return invalidRequest("Invalid SyncOption value. %s", r.text(o))
		}
	}
	return nil
}
