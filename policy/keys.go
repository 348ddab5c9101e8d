package policy

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// serviceKeys are the condition keys of S3 and KMS, by service prefix; names are lower case, without the prefix. A key that ends in a slash or colon
// stands for all keys with that prefix. A condition key of another service is not known to be missing.
//
// Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_s3.html and list_awskeymanagementservice.html as of 22 August 2026
var serviceKeys = map[string]map[string]bool{
	"s3": union(nameSet(strings.Join(slices.Collect(maps.Keys(keyActions)), " ")), nameSet(`
		AccessGrantScope AccessGrantsInstanceArn AccessGrantsLocationScope AccessPointNetworkOrigin AccessPointTag/ authType BucketTag/
		DataAccessPointAccount DataAccessPointArn ExistingJobOperation ExistingJobPriority JobSuspendedCause RequestJobOperation
		RequestJobPriority ResourceAccount signatureAge signatureversion TlsVersion x-amz-content-sha256
	`)),
	"kms": nameSet(`
		BypassPolicyLockoutSafetyCheck CallerAccount CustomerMasterKeySpec CustomerMasterKeyUsage DataKeyPairSpec EncryptionAlgorithm
		EncryptionContext: EncryptionContextKeys ExpirationModel GrantConstraintSourceArn GrantConstraintType GrantIsForAWSResource GrantOperations
		GranteePrincipal GranteeServicePrincipal KeyAgreementAlgorithm KeyOrigin KeySpec KeyUsage MacAlgorithm MessageType MultiRegion
		MultiRegionKeyType PrimaryRegion RecipientAttestation: ReEncryptOnSameKey ReplicaRegion RequestAlias ResourceAliases RetiringPrincipal
		RetiringServicePrincipal RotationPeriodInDays ScheduleKeyDeletionPendingWindowInDays SigningAlgorithm TrailingDaysWithoutKeyUsage ValidTo
		ViaService WrappingAlgorithm WrappingKeySpec
	`),
}

// hasKey reports whether the service of a condition key has it; true if the service is not known.
func hasKey(key string) bool {
	service, name, _ := strings.Cut(strings.ToLower(key), ":")
	known := serviceKeys[service]
	if known == nil {
		return true
	}
	if i := strings.IndexAny(name, "/:"); i >= 0 {
		return i+1 < len(name) && known[name[:i+1]]
	}
	return known[name] && !strings.HasSuffix(name, "/")
}

// keyForms are the condition keys of which every value has one form; names are lower case. No request has another value.
//
// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html,
// https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html, the list of S3's keys above
var keyForms = func() map[string]*regexp.Regexp {
	out := map[string]*regexp.Regexp{}
	for form, keys := range map[string]string{
		`^[0-9]{12}$`: `aws:SourceAccount aws:PrincipalAccount aws:ResourceAccount aws:VpceAccount kms:CallerAccount s3:ResourceAccount
			s3:DataAccessPointAccount`,
		`^o-[a-z0-9]+$`:    `aws:PrincipalOrgID aws:ResourceOrgID aws:SourceOrgID aws:VpceOrgID`,
		`^vpc-[a-z0-9]+$`:  `aws:SourceVpc`,
		`^vpce-[a-z0-9]+$`: `aws:SourceVpce`,
		`^[a-z0-9-]+\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$`: `kms:ViaService`,
	} {
		for key := range nameSet(keys) {
			out[key] = regexp.MustCompile(form)
		}
	}
	return out
}()
