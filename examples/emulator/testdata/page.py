# Runs the sh blocks of a page one after the other in one shell, and compares what each prints with the text block after it; without one it must
# print nothing. A block after the line <!-- started by the gate --> is not run. With --update the text blocks are rewritten. With --basic, for a client
# that has no TaskMode, the blocks after the line <!-- Enhanced mode --> are not run, and --task-mode is left out of the others.
# Arguments: the page, the URL of the emulator, perhaps --update or --basic.
import re
import subprocess
import sys
import tempfile
import threading

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


class Shell:
    """A bash that keeps its variables and functions from block to block."""

    def __init__(self, where):
        self.bash = subprocess.Popen(["bash"], cwd=where, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, block):
        hangs = threading.Timer(120, self.bash.kill)  # a loop that waits for what never comes
        hangs.start()
        try:
            return self.output(block)
        finally:
            hangs.cancel()

    def output(self, block):
        self.bash.stdin.write(block + "\necho '-- end of the block --'\n")
        self.bash.stdin.flush()
        out = []
        for line in self.bash.stdout:
            if line == "-- end of the block --\n":
                return "".join(out)
            out.append(line)
        sys.exit("the shell ended within:\n" + block)


def main(page, url, update, basic):
    text = open(page).read()
    with tempfile.TemporaryDirectory() as where:
        shell = Shell(where)
        ran, left_out, compared, wrong, printed, edits = 0, 0, 0, 0, None, []
        for m in FENCE.finditer(text):
            language, body = m.groups()
            above = text[: m.start()].rstrip()
            if language == "sh" and basic and above.endswith("<!-- Enhanced mode -->"):
                if printed:
                    wrong += 1
                    print("printed, and not on the page:\n" + printed)
                left_out, printed = left_out + 1, None
            elif language == "sh" and not above.endswith("<!-- started by the gate -->"):
                if basic:
                    body = body.replace(" --task-mode ENHANCED", "")
                if printed:
                    wrong += 1
                    print("printed, and not on the page:\n" + printed)
                printed = re.sub(r"\n\n+", "\n", shell.run(body.replace("http://127.0.0.1:5601", url)).strip() + "\n").lstrip()
                ran += 1
            elif language == "text" and printed is not None:
                compared += 1
                if body != printed:
                    wrong += 1
                    edits.append((m.start(2), m.end(2), printed))
                    print(f"the page says\n{body}and the answer is\n{printed}")
                printed = None
    if printed:
        wrong += 1
        print("printed, and not on the page:\n" + printed)
    if update:
        for start, end, new in reversed(edits):
            text = text[:start] + new + text[end:]
        open(page, "w").write(text)
    print(f"{'BASIC' if basic else 'Enhanced'} mode: {ran} blocks run, {left_out} of Enhanced mode not run, {compared} answers compared, {wrong} differ")
    return 1 if wrong and not update or not ran or not compared or basic and not left_out else 0


sys.exit(main(sys.argv[1], sys.argv[2], "--update" in sys.argv, "--basic" in sys.argv))
