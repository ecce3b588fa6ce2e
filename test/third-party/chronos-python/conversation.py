"""Every call of chronos-python against one server, on the base of the version; each result is a line of JSON."""

import json
import sys

import chronos


def main(server, version, user, password):
    client = chronos.connect(
        server, username=user, password=password, scheduler_api_version=None if version == "none" else version
    )

    def show(name, call):
        try:
            result = call()
        except chronos.ChronosError as error:
            result = "%s: %s" % (type(error).__name__, error)
        print(json.dumps([name, result]), flush=True)

    job = {
        "name": "theirs",
        "command": "echo hello",
        "owner": "me@example.com",
        "disabled": False,
        "async": False,
        "schedule": "R/2037-01-01T00:00:00Z/P1D",
    }
    child = {key: value for key, value in job.items() if key != "schedule"}
    child.update(name="child", parents=["theirs"])

    show("add", lambda: client.add(job))
    show("add child", lambda: client.add(child))
    show("update", lambda: client.update(dict(job, command="echo again")))
    show("names", lambda: sorted(entry["name"] for entry in client.list()))
    show("search", lambda: [entry["command"] for entry in client.search(name="THEIR")])
    show("run", lambda: client.run("theirs"))
    show("stat", lambda: sorted(client.job_stat("theirs")))
    show("graph", client.scheduler_graph)
    for name in ("99th", "98th", "95th", "75th", "median", "mean"):
        show(name, lambda: [row["time"] for row in getattr(client, "scheduler_stat_" + name)()])
    show("metrics", lambda: sorted(client.metrics()))
    show("delete tasks", lambda: client.delete_tasks("theirs"))
    show("delete", lambda: client.delete("theirs"))
    show("names", lambda: [entry["name"] for entry in client.list()])
    show("delete again", lambda: client.delete("theirs"))
    client.delete("child")


main(*sys.argv[1:])
