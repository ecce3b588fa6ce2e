"""Commands of dcoscli for apps, pods and tasks on one cluster; each result is a line of JSON."""

import collections
import collections.abc
import json
import os
import re
import shutil
import sys
import tempfile
import time
import types

# Names that newer Pythons took away.
for name in ("Mapping", "MutableMapping", "Sequence"):
    setattr(collections, name, getattr(collections.abc, name))
if sys.version_info >= (3, 12):
    distutils = types.ModuleType("distutils")
    distutils.spawn = types.SimpleNamespace(find_executable=shutil.which)
    sys.modules["distutils"] = distutils

import dcoscli.main  # noqa: E402
import dcoscli.marathon.main  # noqa: E402
import dcoscli.node.main  # noqa: E402
import dcoscli.service.main  # noqa: E402
import dcoscli.task.main  # noqa: E402

WAIT_SECONDS = 30
VARYING = [
    (r"instance-[0-9a-f-]{36}", "INSTANCE"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-S?\d+)?", "ID"),
    (r"127\.0\.0\.1:\d+", "ADDRESS"),
    (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "TIME"),
]


def dcos(*args, text=None):
    """What a command, which is a process of its own, prints: lines without the spaces of its tables."""
    with tempfile.TemporaryFile("w+") as given, tempfile.TemporaryFile("w+") as printed:
        given.write(text if isinstance(text, str) else json.dumps(text))
        given.seek(0)
        child = os.fork()
        if child == 0:
            command(args, given.fileno(), printed.fileno())
        os.waitpid(child, 0)
        printed.seek(0)
        return [" ".join(line.split()) for line in printed.read().splitlines() if line.strip()]


def command(args, given, printed):
    for to, file in enumerate([given, printed, printed]):
        os.dup2(file, to)
    sys.argv = ["dcos", *args]
    try:
        dcoscli.main.main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def dcos_json(*args):
    return json.loads("\n".join(dcos(*args)))


def without_ids(line):
    for pattern, name in VARYING:
        line = re.sub(pattern, name, line)
    return line


def show(name, lines):
    print(json.dumps([name, [without_ids(line) for line in lines]]), flush=True)


def tell(*args, text=None):
    """Does a command and shows what it prints, under the command as its name."""
    name = " ".join(args)
    show(without_ids(name), dcos(*args, text=text))


def until(ask):
    end = time.time() + WAIT_SECONDS
    while time.time() < end:
        result = ask()
        if result:
            return result
        time.sleep(0.2)
    raise RuntimeError("waited in vain")


def marathon(*args, text=None):
    tell("marathon", *args, text=text)


def settled():
    until(lambda: dcos("marathon", "deployment", "list", "--quiet") == ["There are no deployments"])


def tasks():
    return dcos("marathon", "task", "list", "--quiet")


def running(count):
    settled()
    until(lambda: len(tasks()) == count)


def app(app_id, **more):
    return dict({"id": app_id, "cmd": "echo hello; exec sleep 1000", "cpus": 0.1, "mem": 16}, **more)


def system():
    marathon("ping", "--once")
    show("about", [dcos_json("marathon", "about")["name"]])
    marathon("plugin", "list")
    marathon("leader", "delete")
    until(lambda: "127.0.0.1" in "".join(dcos("marathon", "leader", "show")))
    marathon("leader", "show")
    tell("node", "dns", "leader.mesos")
    tell("service")


def apps():
    marathon("app", "add", text=app("/theirs", instances=2, env={"A": "1"}))
    marathon("app", "add", text=app("/theirs"))
    marathon("app", "add", text=app("/wrong", cpus=-1))
    running(2)
    marathon("app", "list")
    marathon("app", "show", "nothing")
    marathon("app", "update", "theirs", text={"env": {"A": "2"}})
    running(2)
    marathon("app", "update", "theirs", "mem=17")
    running(2)
    versions = dcos_json("marathon", "app", "version", "list", "theirs")
    show("versions", [str(len(versions))])
    marathon("app", "version", "list", "theirs", "--max-count=1")
    first = dcos_json("marathon", "app", "show", "theirs", "--app-version=-1")
    show("first version", [str(first["version"] == versions[1]), first["env"]["A"]])
    marathon("app", "restart", "theirs")
    marathon("app", "restart", "theirs", "--force")
    running(2)


def sandboxes():
    one = tasks()[0]
    tell("node")
    tell("task")
    tell("task", "ls", one)
    tell("task", "log", one)
    tell("task", "exec", one, "sh", "-c", "echo $A; echo wrong >&2")
    tell("task", "exec", "--interactive", one, "cat", text="from here")
    tell("task", "--completed", "--json", "nothing")


def kill():
    one, two = tasks()
    show("task show", [dcos_json("marathon", "task", "show", one)["state"]])
    show("task stop", [str(dcos_json("marathon", "task", "stop", one)["id"] == one)])
    until(lambda: one not in tasks())
    marathon("task", "stop", "--wipe", one)
    show("task kill", [str(dcos_json("marathon", "task", "kill", "--json", two)["tasks"][0]["id"] == two)])
    marathon("task", "kill", "nobody")
    until(lambda: len(tasks()) == 2 and two not in tasks())
    marathon("task", "kill", "--scale", tasks()[0])
    running(1)
    show("app kill", [line.split(":")[0] for line in dcos("marathon", "app", "kill", "theirs")])
    marathon("app", "kill", "--scale", "--host=127.0.0.1", "theirs")
    marathon("app", "start", "theirs", "1")
    running(1)
    marathon("app", "start", "theirs", "2")
    marathon("app", "stop", "theirs")
    settled()
    marathon("app", "start", "--force", "theirs", "2")
    running(2)
    marathon("app", "remove", "theirs")


def deployments():
    marathon("app", "add", text=app("/large", cpus=1000))
    until(lambda: "---" not in dcos("marathon", "debug", "list")[-1].split()[-3:-1])
    marathon("app", "list")
    show("debug list", dcos("marathon", "debug", "list")[-1].split()[:4])
    marathon("debug", "summary", "/large")
    marathon("debug", "details", "/large")
    marathon("app", "update", "/large", "mem=17")
    marathon("deployment", "list")
    deployment = dcos("marathon", "deployment", "list", "--quiet")[0]
    show("watch", dcos("marathon", "deployment", "watch", "--max-count=1", "--interval=0", deployment)[1:4])
    show("rollback", [str(sorted(dcos_json("marathon", "deployment", "rollback", deployment)))])
    settled()
    marathon("deployment", "rollback", deployment)
    dcos("marathon", "app", "add", text=app("/large", cpus=1000))
    marathon("deployment", "stop", dcos("marathon", "deployment", "list", "--quiet")[0])
    marathon("app", "remove", "--force", "/large")
    settled()


def groups():
    group = {"id": "/group", "apps": [app("one")], "groups": [{"id": "inner", "dependencies": ["/group/one"]}]}
    marathon("group", "add", text=group)
    running(1)
    marathon("group", "add", text=group)
    marathon("group", "list")
    marathon("group", "scale", "group", "2")
    running(2)
    version = dcos_json("marathon", "group", "show", "group")["version"]
    old = dcos_json("marathon", "group", "show", "group", "--group-version=" + version)
    show("group at a version", [old["id"]])
    marathon("group", "update", "group", text={"apps": []})
    running(0)
    marathon("group", "remove", "group")
    marathon("group", "show", "group")


def pods():
    command = {"shell": "exec sleep 1000"}
    container = {"name": "one", "exec": {"command": command}, "resources": {"cpus": 0.1, "mem": 16}}
    pod = {"id": "/pod", "containers": [container], "networks": [{"mode": "host"}]}
    marathon("pod", "add", text=pod)
    marathon("pod", "add", text=pod)
    settled()
    marathon("pod", "list")
    first = dcos_json("marathon", "pod", "show", "pod")["instances"][0]["id"]
    marathon("pod", "kill", "pod", first)
    marathon("pod", "update", "pod", text=dict(pod, scaling={"kind": "fixed", "instances": 2}))
    settled()
    show("pod scaled", [str(len(dcos_json("marathon", "pod", "show", "pod")["instances"]))])
    marathon("pod", "remove", "pod")
    settled()
    marathon("pod", "show", "pod")


for part in (system, apps, sandboxes, kill, deployments, groups, pods):
    part()
