// Package awscli writes the inputs of SDK calls as the [AWS Command Line Interface] takes them, for people who want to see or send a request
// by hand. It makes no call:
//
//	create, err := spec.CreateInput() // a *datasync.CreateTaskInput
//	// …
//	line, err := awscli.Command(spec.Region, create)
//	// …
//	fmt.Println(line) // aws datasync create-task --region us-east-2 --cli-input-json '{"DestinationLocationArn":…}'
//
// It knows the services whose inputs xacct makes: CloudWatch Logs, DataSync, IAM, KMS and S3.
//
// [AWS Command Line Interface]: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-skeleton.html
package awscli

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
)

// Input is the SDK's input of an operation, by value or by pointer, as indented JSON: what --cli-input-json of the AWS CLI takes. Members that the
// SDK does not send are left out. Characters that do not print are escaped. Whether AWS would accept the input is not looked at.
//
// It is an error if in is not an input of a service that the package knows, if a string in it is not UTF-8, and if a member has no form in
// JSON, such as the body of an object. Source: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-skeleton.html
func Input(in any) (string, error) {
	c, err := callOf(in)
	if err != nil {
		return "", err
	}
	return c.json("  ")
}

// Command is the AWS CLI's command that sends the input, in one line for a POSIX shell, such as
//
//	aws datasync create-task --region us-east-2 --cli-input-json '{"SourceLocationArn":…}'
//
// The Region is one such as us-east-2; "" leaves --region out, as for IAM, which needs none. The errors are those of [Input], a Region of another
// form, and an operation whose answer the CLI writes into a file, such as s3:GetObject. Credentials are those that the CLI finds.
func Command(region string, in any) (string, error) {
	c, err := callOf(in)
	if err != nil {
		return "", err
	}
	if region != "" && !regionForm.MatchString(region) {
		return "", fmt.Errorf("awscli: Region %q must be a name such as us-east-2, or empty", region)
	}
	if c.service.files[c.operation] {
		return "", fmt.Errorf("awscli: the CLI's %s writes its answer into a file, which %s does not name", c.operation, c.operation+"Input")
	}
	text, err := c.json("")
	if err != nil {
		return "", err
	}
	words := []string{"aws", c.service.command, kebab(c.operation)}
	if region != "" {
		words = append(words, "--region", region)
	}
	return strings.Join(append(words, "--cli-input-json", quote(text)), " "), nil
}

var regionForm = regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)+$`)

// service is what the CLI makes of a service of the SDK.
type service struct {
	command string
	lower   bool            // the service's members begin in lower case: the SDK's fields cannot
	files   map[string]bool // operations whose command needs the name of a file
}

// services are by the last part of the import path of the service's package.
// Source: https://docs.aws.amazon.com/cli/latest/reference/
var services = map[string]service{
	"cloudwatchlogs": {command: "logs", lower: true},
	"datasync":       {command: "datasync"},
	"iam":            {command: "iam"},
	"kms":            {command: "kms"},
	"s3":             {command: "s3api", files: map[string]bool{"GetObject": true, "GetObjectTorrent": true, "SelectObjectContent": true}},
}

// call is an operation with its input.
type call struct {
	service   service
	operation string // such as CreateTask
	in        reflect.Value
}

func callOf(in any) (call, error) {
	v := reflect.ValueOf(in)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return call{}, fmt.Errorf("awscli: %T is not an input of the SDK, or is nil", in)
	}
	name, ok := strings.CutPrefix(v.Type().PkgPath(), "github.com/aws/aws-sdk-go-v2/service/")
	operation, isInput := strings.CutSuffix(v.Type().Name(), "Input")
	if !ok || !isInput {
		return call{}, fmt.Errorf("awscli: %T is not an input of the SDK", in)
	}
	s, ok := services[name]
	if !ok {
		return call{}, fmt.Errorf("awscli: %T is of a service that this package does not know", in)
	}
	return call{s, operation, v}, nil
}

// The CLI derives the names of its commands from those of the operations by putting a hyphen into each match of these two, one after the other.
// Source: xform_name in https://github.com/boto/botocore/blob/develop/botocore/__init__.py
var (
	beforeWord  = regexp.MustCompile(`(.)([A-Z][a-z]+)`)
	beforeUpper = regexp.MustCompile(`([a-z0-9])([A-Z])`)
)

// kebab is the name of the operation's command: create-location-s3 for CreateLocationS3.
func kebab(operation string) string {
	words := beforeWord.ReplaceAllString(operation, "$1-$2")
	return strings.ToLower(beforeUpper.ReplaceAllString(words, "$1-$2"))
}

// quote is the text as one word of a POSIX shell. Inside single quotes only the quote itself is special: it closes them, follows escaped, and opens
// them again. Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_02
func quote(text string) string { return `'` + strings.ReplaceAll(text, `'`, `'\''`) + `'` }
