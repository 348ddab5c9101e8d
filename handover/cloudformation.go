package handover

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/awscli"
	"github.com/xacct/xacct/internal/inert"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

const cloudFormationForm = "CloudFormation"

// template is one template of CloudFormation with the resources that it can import.
type template struct {
	name       string
	region     string
	about      string
	parameters inert.Pairs
	resources  inert.Pairs
	outputs    inert.Pairs
	imports    []any
	untold     []string // what is not in it
}

// cloudFormation adds the templates: one for the roles, one for the locations and one for the tasks of each Region, because a stack has one Region; and a
// fragment for each policy that others write too.
func (w *work) cloudFormation() error {
	if err := w.gather(); err != nil || w.empty() {
		return err
	}
	regions := w.regions()
	if len(regions) == 0 {
		return w.cfnFragments()
	}
	roles := &template{name: "1-roles", region: regions[len(regions)-1], about: "the IAM roles, in a stack of any one Region"}
	for _, r := range w.exits.roles {
		if err := w.cfnRole(roles, r); err != nil {
			return err
		}
	}
	templates := []*template{roles}
	for _, region := range regions {
		locations := &template{name: "2-locations-" + region, region: region, about: "the DataSync locations of " + region}
		for i := range w.exits.locations {
			if l := &w.exits.locations[i]; l.region == region {
				if err := cfnLocation(locations, l); err != nil {
					return err
				}
			}
		}
		templates = append(templates, locations)
	}
	for _, region := range regions { // after all locations: see exitLocation
		tasks := &template{name: "3-tasks-" + region, region: region, about: "the DataSync tasks of " + region}
		for _, g := range w.exits.groups {
			if g.region == region {
				cfnGroup(tasks, g)
			}
		}
		for _, t := range w.exits.tasks {
			if t.region == region {
				if err := w.cfnTask(tasks, t); err != nil {
					return err
				}
			}
		}
		templates = append(templates, tasks)
	}
	for _, t := range templates {
		if err := w.addTemplate(t); err != nil {
			return err
		}
	}
	return w.cfnFragments()
}

func (w *work) addTemplate(t *template) error {
	about := []string{"What account " + w.account + " has of its own for " + strings.Join(w.names(), ", ") + ": " + t.about + ".",
		"See README.md one folder up. Every resource stays when it leaves the stack."}
	for _, what := range t.untold {
		w.refuse(cloudFormationForm, what, dynamicWhy)
		about = append(about, "Not here: the "+what+". "+dynamicWhy+".")
	}
	if len(t.resources) == 0 {
		return nil
	}
	w.templates = append(w.templates, t)
	w.add("cloudformation/"+t.name+".yaml", w.page(t, t.resources, t.outputs, about))
	if len(t.imports) == 0 {
		return nil
	}
	w.add("cloudformation/"+t.name+".import.yaml", w.page(t, t.existing(), nil, about))
	data, err := json.MarshalIndent(t.imports, "", "  ")
	if err != nil {
		return err
	}
	w.add("cloudformation/"+t.name+".import.json", append(data, '\n'))
	return nil
}

// page is the text of a template with these resources and outputs.
func (w *work) page(t *template, resources, outputs inert.Pairs, about []string) []byte {
	page := inert.Pairs{{"AWSTemplateFormatVersion", "2010-09-09"}, {"Description", "Account " + w.account + ", " + t.about}}
	if used := t.used(resources); len(used) > 0 {
		page = append(page, inert.Pair{"Parameters", used})
	}
	page = append(page, inert.Pair{"Resources", resources})
	if len(outputs) > 0 {
		page = append(page, inert.Pair{"Outputs", outputs})
	}
	return inert.Commented(page, about...)
}

// used are the parameters that the resources refer to.
func (t *template) used(resources inert.Pairs) inert.Pairs {
	return slices.DeleteFunc(slices.Clone(t.parameters), func(p inert.Pair) bool { return !refers(resources, p[0]) })
}

// refers reports whether there is a reference to the parameter in the value.
func refers(v, parameter any) bool {
	switch v := v.(type) {
	case inert.Pairs:
		return slices.ContainsFunc(v, func(p inert.Pair) bool { return p[0] == "Ref" && p[1] == parameter || refers(p[1], parameter) })
	case []any:
		return slices.ContainsFunc(v, func(x any) bool { return refers(x, parameter) })
	}
	return false
}

// existing are the resources that can be imported, for a template of them alone: an import takes neither other resources nor outputs.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html
func (t *template) existing() inert.Pairs {
	var out inert.Pairs
	is := func(label any) bool {
		return slices.ContainsFunc(t.imports, func(i any) bool { return i.(map[string]any)["LogicalResourceId"] == label })
	}
	for _, r := range t.resources {
		if !is(r[0]) {
			continue
		}
		var members inert.Pairs
		for _, m := range r[1].(inert.Pairs) {
			if m[0] == "DependsOn" {
				after := slices.DeleteFunc(slices.Clone(m[1].([]any)), func(label any) bool { return !is(label) })
				if len(after) == 0 {
					continue
				}
				m[1] = after
			}
			members = append(members, m)
		}
		out = append(out, inert.Pair{r[0], members})
	}
	return out
}

// dynamicWhy is why a template cannot have a text that has a dynamic reference in it.
const dynamicWhy = "it has the text {{resolve: in it, for which CloudFormation puts a parameter or a secret, whatever quotes are around it"

// resource adds a resource, unless the template cannot have it. One that can be imported must have a deletion policy.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html
func (t *template) resource(what, label, kind string, properties inert.Pairs, after []any) (told bool) {
	if inert.Dynamic(properties) {
		t.untold = append(t.untold, what)
		return false
	}
	r := inert.Pairs{{"Type", kind}, {"DeletionPolicy", "Retain"}, {"UpdateReplacePolicy", "Retain"}}
	if len(after) > 0 {
		r = append(r, inert.Pair{"DependsOn", after})
	}
	t.resources = append(t.resources, inert.Pair{label, append(r, inert.Pair{"Properties", properties})})
	return true
}

// imported notes a resource that exists.
func (t *template) imported(label, kind, key, value string) {
	t.imports = append(t.imports, map[string]any{"ResourceType": kind, "LogicalResourceId": label, "ResourceIdentifier": map[string]string{key: value}})
}

// logical is the label as the logical id of a resource: letters and digits only.
func logical(label string) string {
	var b strings.Builder
	for _, part := range strings.Split(label, "_") {
		if part == "" {
			b.WriteString("0")
			continue
		}
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

func cfnTags(tags map[string]string) any {
	var out []any
	for _, k := range slices.Sorted(mapKeys(tags)) {
		out = append(out, inert.Pairs{{"Key", k}, {"Value", tags[k]}})
	}
	if out == nil {
		return nil
	}
	return out
}

func (w *work) cfnRole(t *template, r exitRole) error {
	trust, err := inert.FromJSON(r.spec.Trust.Bytes())
	if err != nil {
		return err
	}
	var policies []any
	for _, name := range r.names {
		d, err := inert.FromJSON(r.spec.Policies[name].Bytes())
		if err != nil {
			return err
		}
		policies = append(policies, inert.Pairs{{"PolicyName", name}, {"PolicyDocument", d}})
	}
	label := "Role" + logical(r.label)
	properties := inert.Pairs{{"RoleName", r.spec.Name}}.With("Path", r.spec.Path).With("Description", r.spec.Description)
	properties = properties.With("PermissionsBoundary", r.spec.PermissionsBoundary)
	properties = append(properties, inert.Pair{"AssumeRolePolicyDocument", trust}, inert.Pair{"Policies", policies}).With("Tags", cfnTags(r.spec.Tags))
	if t.resource("role "+r.spec.Name, label, "AWS::IAM::Role", properties, nil) && r.have {
		t.imported(label, "AWS::IAM::Role", "RoleName", r.spec.Name)
	}
	return nil
}

// properties are those of a resource whose property names are the members of the SDK's input.
func properties(in any) (inert.Pairs, error) {
	data, err := awscli.Input(in)
	if err != nil {
		return nil, err
	}
	v, err := inert.FromJSON([]byte(data))
	if err != nil {
		return nil, err
	}
	return v.(inert.Pairs), nil
}

func cfnLocation(t *template, l *exitLocation) error {
	members, err := properties(l.in)
	if err != nil {
		return err
	}
	label := "Location" + logical(l.label)
	if !t.resource(fmt.Sprintf("%s location of transfer %s", l.side, l.transfer), label, "AWS::DataSync::LocationS3", members, nil) {
		l.untold = true
		return nil
	}
	t.outputs = append(t.outputs, inert.Pair{label + "Arn", inert.Pairs{{"Value", inert.Pairs{{"Fn::GetAtt", []any{label, "LocationArn"}}}}}})
	if l.arn != "" {
		t.imported(label, "AWS::DataSync::LocationS3", "LocationArn", l.arn)
	}
	return nil
}

func cfnGroup(t *template, g exitGroup) {
	label := "LogGroup" + logical(g.label)
	days := ""
	if n := g.want.Spec.RetentionDays; n != 0 {
		days = fmt.Sprint(n)
	}
	group := inert.Pairs{{"LogGroupName", g.want.Spec.Name}}.With("RetentionInDays", days).With("KmsKeyId", g.want.Spec.KMSKey)
	group = group.With("Tags", cfnTags(g.want.Tags))
	if t.resource("log group "+g.want.Spec.Name, label, "AWS::Logs::LogGroup", group, nil) && g.have {
		t.imported(label, "AWS::Logs::LogGroup", "LogGroupName", g.want.Spec.Name)
	}
}

// cfnTask adds a task. The ARNs of its locations are parameters, because the source's may be in another Region and so in another stack.
func (w *work) cfnTask(t *template, x exitTask) error {
	members, err := properties(x.in)
	if err != nil {
		return err
	}
	label := "Task" + logical(x.label)
	var parameters inert.Pairs
	for i, property := range []string{"SourceLocationArn", "DestinationLocationArn"} {
		e := x.ends[i]
		if e.location < 0 {
			continue
		}
		l := w.exits.locations[e.location]
		name := "Location" + logical(l.label) + "Arn"
		about := "the output " + name + " of 2-locations-" + l.region
		if l.untold {
			about = "the ARN of the " + string(l.side) + " location of transfer " + l.transfer + ", which no template here makes"
		}
		parameters = append(parameters, inert.Pair{name, inert.Pairs{{"Type", "String"}, {"Description", about}}.With("Default", l.arn)})
		for j := range members {
			if members[j][0] == property {
				members[j][1] = inert.Pairs{{"Ref", name}}
			}
		}
	}
	var after []any
	for _, r := range t.resources {
		if name, _ := r[0].(string); strings.HasPrefix(name, "LogGroup") {
			after = append(after, name)
		}
	}
	if !t.resource("task of transfer "+x.transfer, label, "AWS::DataSync::Task", members, after) {
		return nil
	}
	t.parameters = append(t.parameters, parameters...)
	if x.arn != "" {
		t.imported(label, "AWS::DataSync::Task", "TaskArn", x.arn)
	}
	return nil
}

// cfnFragments adds a fragment for each policy that others write too.
func (w *work) cfnFragments() error {
	for _, s := range w.granted() {
		owner, member := "AWS::S3::BucketPolicy", "PolicyDocument"
		if s.kind == policy.Key {
			owner, member = "AWS::KMS::Key", "KeyPolicy"
		}
		if err := w.cfnFragment(s.file(), policy.New(s.wanted), owner+" replaces the whole policy, so that a second one would take away what others "+
			"wrote.", "Statement of the "+member+" of its "+owner); err != nil {
			return err
		}
	}
	for _, l := range w.exits.logs {
		if err := w.cfnFragment(string(plan.LogPolicy)+"-"+l.Region, logDocument(l), "AWS::Logs::ResourcePolicy replaces the whole document of its "+
			"name, and an account has ten of them in a Region.",
			"Statement of the PolicyDocument of one that the account has"); err != nil {
			return err
		}
	}
	for _, o := range w.ownership {
		w.refuse(cloudFormationForm, "Object Ownership of bucket "+o.spec.Name,
			"CloudFormation has no resource for it: it is the property OwnershipControls of the AWS::S3::Bucket, which belongs to the stack that made the bucket")
	}
	return nil
}

func (w *work) cfnFragment(name string, d policy.Document, why, where string) error {
	v, err := inert.FromJSON(d.Bytes())
	if err != nil {
		return err
	}
	if inert.Dynamic(v) {
		w.refuse(cloudFormationForm, "statements of "+name, dynamicWhy)
		return nil
	}
	for _, p := range v.(inert.Pairs) {
		if p[0] == "Statement" {
			w.add("cloudformation/"+name+".fragment.yaml", inert.Commented(p[1], "A fragment for the template that owns this policy. Do not make another "+
				"resource for it: "+why,
				"Add these to the list "+where+"."))
		}
	}
	return nil
}
