"""What the scripts beside this share: a kernel started by jupyter-client, and a list of checks that is run to its end."""
import os
import queue
import time
import traceback

from jupyter_client.manager import KernelManager

NAME = ".net-csharp"
# Promised is one second on an idle machine; the tests share theirs with others.
PATIENCE = 60


class Cell:
    """What came of one cell."""

    def __init__(self, reply, messages):
        self.reply = reply["content"]
        self.messages = messages
        self.types = [m["msg_type"] for m in messages]

    def content(self, kind):
        return [m["content"] for m in self.messages if m["msg_type"] == kind]

    @property
    def text(self):
        return "".join(c["text"] for c in self.content("stream"))

    @property
    def result(self):
        results = self.content("execute_result")
        return results[0]["data"]["text/plain"] if results else None

    @property
    def shown(self):
        return [c["data"] for c in self.content("display_data")]


class Kernel:
    def __init__(self):
        started = time.monotonic()
        self.manager = KernelManager(kernel_name=NAME)
        self.manager.start_kernel()
        self.connect()
        self.seconds_to_ready = time.monotonic() - started

    def connect(self):
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)

    @property
    def process(self):
        return self.manager.provisioner.pid

    def submit(self, code, **options):
        return self.client.execute(code, **options)

    def collect(self, request):
        """The reply to a request, and everything published about it."""
        messages = []
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") != request:
                continue
            messages.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
        while True:
            reply = self.client.get_shell_msg(timeout=PATIENCE)
            if reply["parent_header"].get("msg_id") == request:
                return Cell(reply, messages)

    def run(self, code, **options):
        return self.collect(self.submit(code, **options))

    def ask(self, request):
        while True:
            reply = self.client.get_shell_msg(timeout=PATIENCE)
            if reply["parent_header"].get("msg_id") == request:
                return reply["content"]

    def until_output(self, request, text):
        """Waits until a running cell has printed something."""
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == request and text in message["content"].get("text", ""):
                return

    def silence(self, seconds):
        """True when nothing comes on the shell channel for a while."""
        try:
            self.client.get_shell_msg(timeout=seconds)
            return False
        except queue.Empty:
            return True

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=False)


def processor_seconds(process):
    with open(f"/proc/{process}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_megabytes(process):
    with open(f"/proc/{process}/status") as f:
        return sum(int(line.split()[1]) for line in f if line.startswith("VmRSS:")) / 1024


def run_all(checks, *arguments):
    """Runs every check, says how each ended, and gives the exit code."""
    failed = 0
    for check in checks:
        name = check.__name__.replace("_", " ")
        try:
            note = check(*arguments)
            print(f"ok      {name}" + (f": {note}" if note else ""), flush=True)
        except Exception:
            failed += 1
            print(f"FAILED  {name}\n{traceback.format_exc()}", flush=True)
    print(f"{len(checks) - failed} of {len(checks)} checks passed", flush=True)
    return 1 if failed else 0
