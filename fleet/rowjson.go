package fleet

import (
	"encoding/json"
	"errors"

	"github.com/xacct/xacct/internal/text"
)

// members are those of a Row, without its methods.
type members Row

// rowJSON is a Row as JSON: its errors hide those of the members.
type rowJSON struct {
	members
	Err        string `json:",omitempty"`
	ReceiptErr string `json:",omitempty"`
}

// MarshalJSON returns the row as JSON, with its errors as text.
func (r Row) MarshalJSON() ([]byte, error) {
	return text.Marshal(rowJSON{members(r), words(r.Err), words(r.ReceiptErr)})
}

// UnmarshalJSON reads the JSON of a row. A member that it does not have is ignored.
func (r *Row) UnmarshalJSON(data []byte) error {
	var in rowJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*r = Row(in.members)
	r.Err, r.ReceiptErr = told(in.Err), told(in.ReceiptErr)
	return nil
}

// words is the text of the error; "" if there is none.
func words(err error) string {
	if err == nil {
		return ""
	}
	return text.Printable(err.Error())
}

// told is an error of the text; nil if it is "".
func told(words string) error {
	if words == "" {
		return nil
	}
	return errors.New(words)
}
