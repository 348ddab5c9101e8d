"""Changes policies that others write too, without touching a byte of theirs. The first half works on texts; the second half talks to AWS by its CLI."""
import hashlib
import json
import os
import re
import subprocess
import sys
import time


class Stop(Exception):
    """Nothing was written, because it is not proved that it would be right."""


class Refused(Exception):
    """AWS refused a call."""

    def __init__(self, code, message):
        Exception.__init__(self, message)
        self.code = code


EMPTY = '{"Version":"2012-10-17","Statement":[]}'
WHITE = re.compile(r"[ \t\n\r]*")
UNIQUE = re.compile(r"^(AROA|AIDA)")


def constant(name):
    raise ValueError("not JSON: " + name)


class Number(str):
    """A number, as it was written."""


class Members(list):
    """The members of an object in their order, those with the same name too."""

    def named(self, name):
        return [value for key, value in self if key == name]


DECODER = json.JSONDecoder(object_pairs_hook=Members, parse_int=Number, parse_float=Number, parse_constant=constant)


class Place:
    """A statement, and the gap before it: the text since the statement before, or since the start of the list."""

    def __init__(self, gap, text, value):
        self.gap, self.text, self.value, self.gone = gap, text, value, False

    def sid(self):
        found = self.value.named("Sid")
        return found[0] if len(found) == 1 and isinstance(found[0], str) else ""


class Document:
    """A policy as text, cut into its statements and what stands around them."""

    def __init__(self, text):
        self.text = text
        try:
            self.scan()
        except (ValueError, IndexError, RecursionError) as e:
            raise Stop("the policy cannot be cut safely: %s" % e)

    def skip(self, i):
        return WHITE.match(self.text, i).end()

    def scan(self):
        text = self.text
        i = self.skip(0)
        if text[i] != "{":
            raise ValueError("it is no object")
        i, found = self.skip(i + 1), None
        while text[i] != "}":
            key, i = DECODER.raw_decode(text, i)
            i = self.skip(i)
            if not isinstance(key, str) or isinstance(key, Number) or text[i] != ":":
                raise ValueError("no member at %d" % i)
            start = self.skip(i + 1)
            value, end = DECODER.raw_decode(text, start)
            if key.lower() == "statement":
                if key != "Statement" or found:
                    raise ValueError("more than one Statement, or one of another spelling")
                found = (start, end, value)
            i = self.skip(end)
            if text[i] == ",":
                i = self.skip(i + 1)
                if text[i] == "}":
                    raise ValueError("no member at %d" % i)
            elif text[i] != "}":
                raise ValueError("no end at %d" % i)
        if self.skip(i + 1) != len(text) or not found:
            raise ValueError("there is no Statement, or text behind the end")
        self.version = (DECODER.decode(text).named("Version") or [""])[-1]
        self.start, self.end, value = found
        self.single = isinstance(value, Members)
        self.places = []
        if self.single:
            self.places.append(Place("", text[self.start:self.end], value))
            self.inside, self.tail = "", ""
            return
        if not isinstance(value, list):
            raise ValueError("Statement is no list")
        at = self.start + 1
        i = self.skip(at)
        self.inside, self.tail = text[at:self.end - 1], ""
        while text[i] != "]":
            statement, end = DECODER.raw_decode(text, i)
            if not isinstance(statement, Members):
                raise ValueError("a statement is no object")
            if not self.places:
                self.inside = text[at:i]
            self.places.append(Place(text[at:i], text[i:end], statement))
            at = end
            i = self.skip(end)
            if text[i] == ",":
                i = self.skip(i + 1)
                if text[i] == "]":
                    raise ValueError("no statement at %d" % i)
            elif text[i] != "]":
                raise ValueError("no end at %d" % i)
        if self.places:
            self.tail = text[at:self.end - 1]

    def kept(self):
        return [p for p in self.places if not p.gone]

    def having(self, sid):
        return [p for p in self.kept() if sid in p.value.named("Sid")]

    def put(self, sid, text):
        """Puts a statement in: in place of those that have its Sid, else behind the last one."""
        value = DECODER.decode(text)
        there = self.having(sid)
        if there:
            there[0].text, there[0].value = text, value
            for p in there[1:]:
                p.gone = True
            return
        kept = self.kept()
        if not kept:
            gap = self.inside
        elif len(kept) == 1:
            gap = "," + self.places[0].gap
        else:
            gap = kept[-1].gap
        self.places.append(Place(gap, text, value))

    def take(self, sid):
        for p in self.having(sid):
            p.gone = True

    def join(self, single=None):
        """The document as text again. single says whether one statement alone stands without a list; by default as it was read."""
        kept = self.kept()
        single = (self.single if single is None else single) and len(kept) == 1
        out = []
        for i, p in enumerate(kept):
            if not single:
                out.append(self.places[0].gap if i == 0 else p.gap)
            out.append(p.text)
        middle = "".join(out)
        if not single:
            middle = "[" + (middle if kept else self.inside) + self.tail + "]"
        return self.text[:self.start] + middle + self.text[self.end:]


def prove(text, new, touched, added):
    """Stops unless the new text, without our statements, is the text that was read, without them."""
    before, after, both = Document(text), Document(new), Document(new)
    single = before.single
    if set(added) == set(touched):
        for sid in added:
            both.take(sid)
        if both.join(single) != text:
            raise Stop("the text without our statements would not be the text that was read")
    rest = [p.text for p in before.places if p.sid() not in touched]
    if rest != [p.text for p in after.places if p.sid() not in touched]:
        raise Stop("a statement of others would change")
    if text[:before.start] != new[:after.start] or text[before.end:] != new[after.end:]:
        raise Stop("the text around the statements would change")


# What a statement means.


def listed(value):
    return list(value) if isinstance(value, list) and not isinstance(value, Members) else [value]


def scalar(value):
    if value is True or value is False:
        return "true" if value else "false"
    return str(value) if isinstance(value, str) else json.dumps(value)


def values(value, change=lambda v: v):
    return tuple(sorted(set(change(scalar(v)) for v in listed(value))))


def principal(value):
    root = re.match(r"^arn:[^:]*:iam::([0-9]{12}):root$", value)
    return root.group(1) if root else value


def principals(value):
    if not isinstance(value, Members):
        return (("AWS", values(value, principal)),)
    return tuple(sorted((kind, values(v, principal)) for kind, v in value))


def conditions(value):
    out = []
    for operator, keys in value if isinstance(value, Members) else []:
        for key, v in keys if isinstance(keys, Members) else []:
            out.append((operator, key.lower(), values(v)))
    return tuple(sorted(out))


def meaning(statement, who=True):
    """The statement in a form that is the same for all texts that mean the same. who says whether the principals count."""
    out = []
    for name, value in statement:
        if name in ("Action", "NotAction"):
            value = values(value, str.lower)
        elif name in ("Resource", "NotResource"):
            value = values(value)
        elif name in ("Principal", "NotPrincipal"):
            if not who:
                continue
            value = principals(value)
        elif name == "Condition":
            value = conditions(value)
            if not value:
                continue
        else:
            value = scalar(value)
        out.append((name, value))
    return tuple(sorted(out, key=repr))


def unresolved(statement):
    """Whether a principal is shown as a unique id: of a role that is gone, or for a while after a write."""
    for value in statement.named("Principal"):
        for kind, names in principals(value):
            if kind == "AWS" and any(UNIQUE.match(n) for n in names):
                return True
    return False


def same(a, b):
    if meaning(a) == meaning(b):
        return True
    return (unresolved(a) or unresolved(b)) and meaning(a, False) == meaning(b, False)


def shaped(statement, shape):
    """Whether the statement, which has a Sid of ours, also looks as if we made it. Any other is somebody else's."""
    names = [name for name, _ in statement]
    if len(set(names)) != len(names) or set(names) - {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}:
        return False
    if statement.named("Effect") != ["Allow"] or not set(("Principal", "Action", "Resource")) <= set(names):
        return False
    asked = conditions(statement.named("Condition")[0]) if "Condition" in names else ()
    for operator, key, _ in asked:
        if key not in shape["Free"] and shape["Conditions"].get(key) != operator:
            return False
    named = any(key == "aws:principalarn" for _, key, _ in asked)
    for kind, who in principals(statement.named("Principal")[0]):
        for one in who:
            account = re.match(r"^arn:[^:]*:iam::([0-9]{12}):(role|user)/", one)
            fits = UNIQUE.match(one) or account and account.group(1) in shape["Accounts"] or named and one in shape["Accounts"]
            if kind != "AWS" or not fits:
                return False
    actions = set(a.lower() for a in shape["Actions"])
    resources = values(statement.named("Resource")[0])
    return set(values(statement.named("Action")[0], str.lower)) <= actions and all(
        r in shape["Resources"] or any(r.startswith(b) for b in shape.get("Below") or []) for r in resources)


def counts(step, place):
    """Whether the statement has a Sid of ours and, if the Sid is everybody's, is ours."""
    return place.sid() in step["Ours"] and (place.sid() not in step["Exact"] or ours(step, place))


def ours(step, place):
    """Whether the statement, which has a Sid of ours, is ours."""
    exact = step["Exact"].get(place.sid())
    if exact is not None:
        return any(meaning(place.value) == meaning(DECODER.decode(text)) for text in exact)
    return shaped(place.value, step["Shape"])


def leaving(step, text, take, only=None):
    """Those of the Sids that are to leave the text. A Sid of everybody's may stand on a statement of others; only are the statements, by Sid, to which the
    Sids are limited."""
    out, document = [], Document(EMPTY if text is None else text)
    for sid in take:
        have = document.having(sid)
        if have and only is not None and not all(same(p.value, DECODER.decode(only[sid])) for p in have):
            say("%s: statement %s stands there, but not as script.sh puts it in, and there is no copy of before: it stays" % (step["ID"], sid))
        elif have and (sid not in step["Exact"] or all(ours(step, p) for p in have)):
            out.append(sid)
    return out


def edit(step, text, put, take, single=None):
    """The text with the statements of put, by Sid, put in, and those of take taken out. None is that nothing is to be done, "" that none is left. single
    says whether one statement alone stands without a list."""
    document = Document(EMPTY if text is None else text)
    touched, added = [], []
    for sid, want in put:
        have = document.having(sid)
        if len(have) == 1 and meaning(have[0].value) == meaning(DECODER.decode(want)):
            continue
        if any(not ours(step, p) for p in have):
            raise Stop("statement %s has our Sid and is not ours" % sid)
        if "${" in want and document.version != "2012-10-17":
            raise Stop("statement %s has a variable, which means nothing under the Version of the policy" % sid)
        touched.append(sid)
        if not have:
            added.append(sid)
        document.put(sid, want)
    for sid in take:
        have = document.having(sid)
        if not have:
            continue
        if any(not ours(step, p) for p in have):
            raise Stop("statement %s has our Sid and is not ours" % sid)
        touched.append(sid)
        document.take(sid)
    if not touched:
        return None
    new = document.join(single)
    if text is not None:
        prove(text, new, touched, added)
    return new if document.kept() else ""


def size(step, text):
    if step["Kind"] == "bucket-policy":
        text = re.sub(r'("(?:[^"\\]|\\.)*")|[ \t\n\r]+', lambda m: m.group(1) or "", text)
    return len(text.encode("utf-8"))


# AWS.


def shown(text):
    """The text without characters that could move a cursor or turn a line round."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode("ascii") for c in text)


def say(line):
    sys.stderr.write(shown(line).replace("\n", " ").replace("\t", " ") + "\n")
    sys.stderr.flush()


def aws(*words, **more):
    """Calls the AWS CLI. The answer is read as JSON. once says that the CLI must not send the call again by itself."""
    command = ["aws"] + [str(w) for w in words] + ["--output", "json"]
    env = dict(os.environ)
    if more.get("once"):
        env["AWS_MAX_ATTEMPTS"] = "1"
    path = more.get("body") and os.path.join(SCRATCH, "input.json")
    if path:
        with open(path, "w") as f:
            json.dump(more["body"], f)  # in ASCII: the CLI would change line ends in a file that it takes as text
        command += ["--cli-input-json", "file://" + path]
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode == 0:
        try:
            return dict(json.loads(done.stdout.decode("utf-8") or "{}"))
        except (ValueError, TypeError):
            raise Refused("", "the AWS CLI answered what is no JSON object: %r" % done.stdout[:200])
    message = " ".join(done.stderr.decode("utf-8", "replace").split())
    code = re.search(r"\((\w+)\) when calling", message)
    raise Refused(code.group(1) if code else "", message)


def read(step):
    """The policy as it is now; None is no policy."""
    try:
        if step["Kind"] == "key-policy":
            return aws("kms", "get-key-policy", "--region", step["Region"], "--key-id", step["ARN"], "--policy-name", "default")["Policy"]
        return aws("s3api", "get-bucket-policy", "--region", step["Region"], "--bucket", step["Name"], "--expected-bucket-owner", ACCOUNT)["Policy"]
    except Refused as e:
        if e.code == "NoSuchBucketPolicy":
            return None
        if e.code in ("AccessDenied", "AccessDeniedException"):
            raise Refused(e.code, "the policy may not be read, which is not the same as that there is none: %s" % e)
        raise


def known(refused):
    """Whether the refused write was not carried out. A lost answer has no code."""
    return refused.code != "" and not refused.code.startswith(("Internal", "Service", "RequestTimeout"))


def write(step, text):
    """Replaces the policy by the text; deletes it if the text is empty."""
    if step["Kind"] == "key-policy":
        if not text:
            raise Stop("no statement would be left, and a key needs a policy")
        return aws("kms", "put-key-policy", "--region", step["Region"], once=True, body={"KeyId": step["ARN"], "PolicyName": "default", "Policy": text})
    words = ["--region", step["Region"], "--bucket", step["Name"], "--expected-bucket-owner", ACCOUNT]
    if not text:
        return aws("s3api", "delete-bucket-policy", *words, once=True)
    return aws("s3api", "put-bucket-policy", *words, once=True, body={"Policy": text})


def label(step):
    """What the names of the copies begin with. Other transfers, and the tear-down of the same ones, may keep theirs in the same folder."""
    whose = hashlib.sha256("\n".join(sorted(step["Transfers"]) + sorted(step["Ours"])).encode("utf-8")).hexdigest()[:8]
    return "%s.%s.%s.%s." % (step["Kind"], step["Name"], MODE, whose)


def copies(step):
    """The copies of what was read before writes, the oldest first, and the marks of undo.sh that it had ended: their number, who wrote, and the path."""
    begin, found = label(step), []
    for name in os.listdir(COPIES):
        m = re.match(r"^([0-9]{4,})\.(?:(script|undo)\.(?:json|none)|(undone))$", name[len(begin):]) if name.startswith(begin) else None
        if m:
            found.append((int(m.group(1)), m.group(2) or m.group(3), os.path.join(COPIES, name)))
    return sorted(found)


def copied(path):
    """The text of a copy; None for no policy."""
    if path.endswith(".none"):
        return None
    with open(path, "rb") as f:
        return f.read().decode("utf-8")


def keep(step, text):
    """Keeps a copy of what was read. No copy is ever written over."""
    have = copies(step)
    who = "undo" if UNDO else "script"
    if have and have[-1][1] == who and copied(have[-1][2]) == text:
        return
    number = have[-1][0] + 1 if have else 1
    path = os.path.join(COPIES, "%s%04d.%s.%s" % (label(step), number, who, "none" if text is None else "json"))
    create(path, text or "")
    say("%s: a copy of what was read is %s" % (step["ID"], path))


def create(path, text):
    """Makes a file. One that is there is an error."""
    f = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(f, "wb") as out:
        out.write(text.encode("utf-8"))
        out.flush()
        os.fsync(out.fileno())


def first(step):
    """What was read before the first write since undo.sh last ended: whether there is a copy, and its text, None for no policy; and whether undo.sh ended
    before and nothing was written since."""
    found, undone = None, False
    for _, who, path in copies(step):
        if who == "undone":
            found, undone = None, True
        elif who == "script" and found is None:
            found, undone = path, False
    return (False, None, undone) if found is None else (True, copied(found), False)


def ended(step):
    """Marks that undo.sh has undone what was written since the first copy. Until then that copy counts, however often undo.sh runs."""
    if UNDO and not DRY and first(step)[0]:
        create(os.path.join(COPIES, "%s%04d.undone" % (label(step), copies(step)[-1][0])), "")


def asked(step):
    """The statements to put in, by Sid; the Sids to take out, and the statements to which these are limited, None if they are not; and whether one
    statement alone stood without a list."""
    wanted = [(w["Sid"], w["Text"]) for w in step["Wanted"]]
    if not UNDO:
        put = wanted if MODE == "set-up" else []
        return put, [sid for sid in step["Ours"] if sid not in [s for s, _ in put]], None, None
    there, text, undone = first(step)
    if not there and MODE == "tear-down":
        return ([] if undone else wanted), [], None, None
    if not there:
        return [], [sid for sid, _ in wanted], dict(wanted), None
    document = Document(EMPTY if text is None else text)
    before = dict((p.sid(), p.text) for p in document.places if counts(step, p))
    return list(before.items()), [sid for sid, _ in wanted if MODE == "set-up" and sid not in before], None, document.single


def settled(step, put):
    """The policy as it is now, once no statement that may be ours shows a unique id in place of its role: S3 does so for a while after a write."""
    for _ in range(LOOKS):
        text = read(step)
        want = list(dict(put)) + list(step["Exact"])
        if text is None or not any(unresolved(p.value) for p in Document(text).places if p.sid() in want):
            break
        time.sleep(min(WAIT, 1))
    return text


def look(step, sent, put, take):
    """Reads the policy until it holds what was sent. Returns what it holds."""
    wanted = [] if not sent else Document(sent).places
    for attempt in range(LOOKS):
        text = read(step)
        have = [] if text is None else Document(text).places
        rest, missing = list(have), []
        for w in wanted:
            i = next((i for i, h in enumerate(rest) if same(h.value, w.value)), None)
            if i is None:
                missing.append(w)
            else:
                del rest[i]
        leftover = [h.sid() for h in rest if h.sid() in take]
        if not missing and not leftover and not any(unresolved(h.value) for h in have if h.sid() in dict(put)):
            return text
        if attempt + 1 < LOOKS:
            time.sleep(min(WAIT, 1))
    sids = [m.sid() or "one without a Sid" for m in missing] + leftover
    if set(sids) & set(step["Ours"]):
        raise Refused("", "what was written is not what stands there (%s): another writer was at work; look at the copies, and run again" % ", ".join(sids))
    if sids:
        say("%s: written, but not there afterwards: %s (another writer removed or changed it)" % (step["ID"], ", ".join(sids)))
    else:
        say("%s: written, but a unique id stands in place of a role: it may be gone, or shown so for a while; run again" % step["ID"])
    return text


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def stored(step, text):
    """What of ours stands in the policy, and a digest of the rest."""
    out, mine, rest = {"Time": now(), "Sids": sorted(set(step["Ours"]))}, [], hashlib.sha256()
    others = False
    for p in [] if text is None else Document(text).places:
        if counts(step, p):
            mine.append(p.text)
        else:
            others = True
            rest.update(p.text.encode("utf-8") + b"\n")
    if mine:
        out["Ours"] = '{"Version":"2012-10-17","Statement":[' + ",".join(mine) + "]}"
    if others:
        out["Rest"] = "sha256:" + rest.hexdigest()
    return out


def dead(step, text):
    """What is to be said of statements of others that show a unique id: with the id of a principal that is gone no policy can be written."""
    theirs = ["statement %d%s" % (i + 1, " (%s)" % p.sid() if p.sid() else "") for i, p in enumerate(Document(EMPTY if text is None else text).places)
              if p.sid() not in step["Ours"] and unresolved(p.value)]
    return "; %s may name a principal that is gone: whoever wrote it must take it out first" % ", ".join(theirs) if theirs else ""


def told(step, text):
    """What of ours stands in the policy, and of a bucket that is written to its Object Ownership as well, if it may be read."""
    out = stored(step, text)
    if step.get("Owner") and not DRY:
        try:
            have = ownership(step)
            if have:
                out["Ownership"] = have
        except Refused as e:
            say("%s: the Object Ownership of the bucket could not be read, so that the report leaves it out: %s" % (step["ID"], e))
    return out


def differs(text, new):
    """What would be done, in words: which statements would be put in, replaced and taken out."""
    if not new:
        return "delete the policy: no statement would be left"
    before = dict((p.sid(), p.text) for p in Document(EMPTY if text is None else text).places)
    after = dict((p.sid(), p.text) for p in Document(new).places)
    parts = [("put in", [s for s in after if s not in before]), ("replace", [s for s in after if s in before and before[s] != after[s]]),
             ("take out", [s for s in before if s not in after])]
    return "%s, and write this policy" % "; ".join("%s %s" % (verb, ", ".join(sids)) for verb, sids in parts if sids)


def change_policy(step):
    put, sids, only, single = asked(step)
    for attempt in range(ATTEMPTS):
        text = settled(step, put)
        take = leaving(step, text, sids, only)
        new = edit(step, text, put, take, single)
        if new is None:
            ended(step)
            return "unchanged", {"Stored": told(step, text)}
        used = size(step, new)
        if used > step["Quota"]:
            raise Stop("the policy would have %d of %d bytes" % (used, step["Quota"]))
        if DRY:
            say("%s: would %s" % (step["ID"], differs(text, new)))
            sys.stdout.write(shown(new.replace("\r\n", "\n")) + "\n" if new else "")
            return "", {}
        keep(step, text)
        try:
            write(step, new)
        except Refused as e:
            if "invalid principal" in str(e).lower() and e.code.startswith("MalformedPolicy") and attempt + 1 < ATTEMPTS:
                say("%s: a principal is not known yet, which is so for a while after a role was made; again in %g s" % (step["ID"], WAIT))
                time.sleep(WAIT)
                continue
            if "invalid principal" in str(e).lower():
                theirs = dead(step, text) or "; ask the task account whether its role is there, and look whether a statement of others names one that is gone"
                raise Refused(e.code, "%s%s" % (e, theirs))
            if known(e):
                raise
            say("%s: it is not known whether it was written: %s" % (step["ID"], e))
        try:
            out = {"Stored": told(step, look(step, new, put, take))}
        except Stop as e:
            raise Refused("", "it was written, but what stands there now is not to be understood: %s" % e)
        ended(step)
        return "done", out


def ownership(step):
    words = ["--region", step["Region"], "--bucket", step["Name"], "--expected-bucket-owner", ACCOUNT]
    try:
        rules = aws("s3api", "get-bucket-ownership-controls", *words)["OwnershipControls"]["Rules"]
        return rules[0]["ObjectOwnership"]
    except Refused as e:
        if e.code == "OwnershipControlsNotFoundError":
            return None
        raise


def change_ownership(step):
    words = ["--region", step["Region"], "--bucket", step["Name"], "--expected-bucket-owner", ACCOUNT]
    have, want = ownership(step), step["Want"]
    there = True
    if UNDO:
        there, want, _ = first(step)
    if not there or (have or "ObjectWriter") == (want or "ObjectWriter") and (have == want or not UNDO):
        ended(step)
        return "unchanged", owned(have)
    if DRY:
        say("%s: would change %s to %s" % (step["ID"], have or "nothing (ObjectWriter)", want or "nothing (ObjectWriter)"))
        return "", {}
    keep(step, have)
    try:
        if want is None:
            aws("s3api", "delete-bucket-ownership-controls", *words, once=True)
        else:
            aws("s3api", "put-bucket-ownership-controls", *words, once=True, body={"OwnershipControls": {"Rules": [{"ObjectOwnership": want}]}})
    except Refused as e:
        if known(e):
            raise
        say("%s: it is not known whether it was written: %s" % (step["ID"], e))
    if ownership(step) != want:
        raise Refused("", "what was written does not stand there: another writer was at work; run again")
    ended(step)
    out = owned(want)
    if not UNDO and MODE == "set-up":
        out["Ownership"] = have or "ObjectWriter"
    return "done", out


def owned(have):
    """The Object Ownership as the report has it; none is not told."""
    return {"Stored": {"Time": now(), "Ownership": have}} if have else {}


def report(results):
    """The report as text. Our statements stand in it as they were read."""
    out = []
    for step, status, more in results:
        members = [(k, step[k]) for k in ("ID", "Account", "Region", "Kind", "Name", "Transfers", "Op")] + [("Status", status)]
        if step["Kind"] == "key-policy":
            members.append(("ARN", step["ARN"]))
        texts = ["%s: %s" % (json.dumps(k), json.dumps(v)) for k, v in members]
        if "Stored" in more:
            texts.append('"Stored": {%s}' % ", ".join("%s: %s" % (json.dumps(k), v if k == "Ours" else json.dumps(v)) for k, v in more["Stored"].items()))
        if "Ownership" in more:
            texts.append('"Ownership": %s' % json.dumps(more["Ownership"]))
        out.append("    {" + ", ".join(texts) + "}")
    return '{\n  "Changes": [\n' + ",\n".join(out) + "\n  ]\n}\n"


def main(data):
    try:
        who = aws("sts", "get-caller-identity", "--region", data["Steps"][0]["Region"])  # of the partition of the resources
    except Refused as e:
        say("nothing was written: aws sts get-caller-identity does not say whose credentials these are: %s" % e)
        say("next: see that the AWS CLI has valid credentials of account %s, and run again" % ACCOUNT)
        return 1
    if who.get("Account") != ACCOUNT:
        say("this is for account %s, and the credentials are those of account %s: nothing was read or written" % (ACCOUNT, who.get("Account")))
        say("next: take credentials of account %s, and run again" % ACCOUNT)
        return 2
    results, worst = [], 0
    for step in data["Steps"]:
        if worst:
            results.append((step, "skipped", {}))
            continue
        try:
            status, more = (change_ownership if step["Kind"] == "bucket-ownership" else change_policy)(step)
            results.append((step, status, more))
            if status:
                say("%s: %s" % (step["ID"], status))
            elif not DRY:
                raise Stop("it did not end")
        except Stop as e:
            say("%s: nothing was written: %s" % (step["ID"], e))
            results.append((step, "failed", {}))
            worst = 3
        except KeyboardInterrupt:
            say("%s: interrupted: it is not known whether it was written; run again" % step["ID"])
            results.append((step, "failed", {}))
            worst = 1
        except Exception as e:  # whatever it is, the report tells of the steps before
            say("%s: failed: %s" % (step["ID"], e if isinstance(e, (Refused, OSError)) else repr(e)))
            results.append((step, "failed", {}))
            worst = 1
    if not DRY:
        sys.stdout.write(report(results))
    say("next: " + following(worst, any(status == "" for _, status, _ in results)))
    return worst


def following(worst, open_steps):
    """What whoever runs this is to do next."""
    if worst == 3:
        return "read the line that says why nothing was written; where that cannot be mended, do this by hand:"
    if worst:
        return "read the line that says failed, mend that, and run again: what is done is left alone"
    if DRY and open_steps:
        return "nothing was written; run it without --dry-run to do this"
    if DRY:
        return "there is nothing to do: all is as it should be"
    return "send the report, which went to the standard output, to whoever sent this folder; keep the folder with its copies"


if __name__ == "__main__":
    COPIES, SCRATCH, DRY, UNDO = sys.argv[1], sys.argv[2], sys.argv[3] == "dry-run", sys.argv[4] == "undo"
    try:
        WAIT = max(0.0, min(60.0, float(os.environ.get("XACCT_WAIT") or "5")))
    except ValueError:
        sys.exit("XACCT_WAIT is no number of seconds: nothing was written")
    ATTEMPTS, LOOKS = 24, 20
    DATA = json.load(sys.stdin)
    ACCOUNT, MODE = DATA["Account"], DATA["Mode"]
    try:
        sys.exit(main(DATA))
    except (Refused, OSError) as e:
        say("nothing was written: %s" % e)
        sys.exit(1)
    except KeyboardInterrupt:
        say("interrupted")
        sys.exit(1)
