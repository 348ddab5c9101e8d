package policy

// DanglingPrincipal is a principal that is shown by its unique id.
type DanglingPrincipal struct {
	Index     int // of the statement, from 0
	Statement Statement
	ID        string // AROA…, AIDA…
}

// PublicStatement is a statement that makes a bucket policy public.
type PublicStatement struct {
	Index     int // of the statement, from 0
	Statement Statement
	Reason    string
}

// Dangling lists the principals shown by unique id.
func Dangling(d Document) []DanglingPrincipal { return nil }

// Public lists the statements that make S3 call the document public; none: it is not public.
func Public(d Document) []PublicStatement { return nil }
