// Package awshttp is the HTTP face of the in-memory AWS of package xaccttest: the AWS CLI, boto3, Terraform and real SDK clients of Go call it as
// they call AWS, and are refused what AWS refuses.
//
//	cloud := xaccttest.NewCloud()
//	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
//	server := httptest.NewServer(awshttp.New(cloud)) // server.URL is the BaseEndpoint of an aws.Config
//
// SDK clients of Go in the same process need no socket, and can run in a bubble of testing/synctest: the [Handler] is also the transport of their
// HTTP client, see [Handler.RoundTrip]. Over a socket there is no such bubble, and a run takes the minutes of its [xaccttest.Phases]: shorten them in
// the options of the cloud. The command examples/emulator serves a cloud for clients in other processes, see docs/emulator.md.
//
// # Who calls
//
// The service and the Region come from the credential scope of the request, and the caller from its access key id: twelve digits are the operator
// of that account, [Handler.Key] makes further ones, and so does sts:AssumeRole, whose session token must be sent with it. Signatures are not checked,
// nor is the text of the token. Therefore the handler refuses a peer that is not loopback, a web page, and a Host that is neither loopback nor
// [Options].Domain. It keeps and logs neither Authorization nor tokens nor bodies; the inputs of calls are in [xaccttest.Cloud.Calls].
//
// # What it speaks
//
// AWS JSON 1.1 for DataSync, KMS and CloudWatch Logs, the Query protocol for IAM and STS, REST-XML for S3, with buckets in paths and in hosts below
// [Options].Domain. An operation that is not played is refused with its name: UnknownOperationException, InvalidAction or, of S3, 501 NotImplemented.
// A member that the service model does not have is refused, not ignored.
//
// [xaccttest.Cloud.Intercept], and Latency and Propagation of [xaccttest.Options], work as for the clients of [xaccttest.Cloud.Clients]. An error
// that is none of a service, such as a lost answer or a context that ends, cuts the connection.
package awshttp
