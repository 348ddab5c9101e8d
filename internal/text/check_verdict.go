package text

import ()

func By(statement string) string {
	if statement == "" {
		return ""
	}
	return ", by " + statement
}

func Within(statement string) string {
	if statement == "" {
		return ""
	}
	return " (" + statement + ")"
}
