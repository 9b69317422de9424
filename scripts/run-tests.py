#!/usr/bin/env python3
"""Runs the test programs of some packages as the build of the whole workspace made them.

    scripts/run-tests.py PACKAGE[:TARGET] ...

`cargo test -p PACKAGE` would choose the features of all dependencies for these packages alone, and build most of them
a second time. TARGET is the name of one test program, such as `it` or the library's; without it all of them run.
"""

import json
import os
import subprocess
import sys


def programs():
    """(package, target, program, folder of the package) of each test program."""
    command = [os.environ.get("CARGO", "cargo"), "test", "--workspace", "--no-run", "--quiet",
               "--message-format=json-render-diagnostics"]
    built = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    for line in built.stdout.splitlines():
        message = json.loads(line)
        if message.get("reason") == "compiler-artifact" and message["profile"]["test"] and message["executable"]:
            folder = os.path.dirname(message["manifest_path"])
            package = "ward-" + os.path.basename(folder)
            yield package, message["target"]["name"], message["executable"], folder


def main(wanted):
    if not wanted:
        sys.exit(__doc__)
    found = list(programs())
    failed = []
    for name in wanted:
        package, _, target = name.partition(":")
        chosen = [p for p in found if p[0] == package and target in ("", p[1])]
        if not chosen:
            sys.exit(f"there is no test program {name}; packages: {', '.join(sorted({p[0] for p in found}))}")
        for _, target, program, folder in chosen:
            print(f"     Running {package} {target}", flush=True)
            environment = {**os.environ, "CARGO_MANIFEST_DIR": folder}
            if subprocess.run([program, "--quiet"], cwd=folder, env=environment).returncode != 0:
                failed.append(f"{package} {target}")
    if failed:
        sys.exit("failed: " + ", ".join(failed))


main(sys.argv[1:])
