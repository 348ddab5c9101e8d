package awshttp

import "context"

// Play makes play perform every operation instead of the cloud.
func (h *Handler) Play(play func(ctx context.Context, client any, operation string, in any) (any, error)) {
	h.play = play
}
