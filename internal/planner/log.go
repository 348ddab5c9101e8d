package planner

import (
	"context"
	"log/slog"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// Log logs each change and each finding as a record at Info, then the plan as a whole. Only their stable words are logged: documents, tags and
// the texts for people, which may quote them, are not. A Sid or a name that somebody else chose is escaped.
func (p *Plan) Log(ctx context.Context, l *slog.Logger) {
	for _, c := range p.Changes {
		attrs := []slog.Attr{text.Attr("change", c.ID), slog.String("op", string(c.Op)), slog.Any("transfers", c.Transfers)}
		if c.Hold != "" {
			attrs = append(attrs, slog.String("hold", string(c.Hold)))
		}
		l.LogAttrs(ctx, slog.LevelInfo, "xacct change", attrs...)
	}
	LogFindings(ctx, l, p.Findings)
	l.LogAttrs(ctx, slog.LevelInfo, "xacct plan", slog.String("mode", string(p.Mode)), slog.Int("transfers", len(p.Transfers)),
		slog.Int("changes", len(p.Changes)), slog.Int("findings", len(p.Findings)))
}

// LogFindings logs each finding as a record at Info, as [Plan.Log] does.
func LogFindings(ctx context.Context, l *slog.Logger, findings []plan.Finding) {
	for _, f := range findings {
		attrs := []slog.Attr{text.Attr("code", f.Code), slog.String("severity", string(f.Severity))}
		for _, a := range []struct{ key, value string }{
			{"transfer", f.Transfer}, {"side", string(f.Side)}, {"account", f.Account}, {"subject", f.Subject}, {"statement", f.Statement},
		} {
			if a.value != "" {
				attrs = append(attrs, text.Attr(a.key, a.value))
			}
		}
		if f.Overridden {
			attrs = append(attrs, slog.Bool("overridden", true))
		}
		l.LogAttrs(ctx, slog.LevelInfo, "xacct finding", attrs...)
	}
}
