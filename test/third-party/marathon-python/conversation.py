"""Every call of marathon-python against one server; each result is a line of JSON."""

import collections
import collections.abc
import json
import logging
import sys
import threading
import time

# The client looks for this name, which Python 3.10 took away.
collections.Iterable = collections.abc.Iterable

import marathon  # noqa: E402
from marathon.models import MarathonApp, MarathonConstraint, MarathonGroup, MarathonHealthCheck  # noqa: E402
from marathon.models.events import EventFactory  # noqa: E402

WAIT_SECONDS = 30
CMD = "exec sleep 1000"
CALLBACK = "http://127.0.0.1:9/callback"
# The client expects the groups before and after the change in these, which they had until Marathon 1.7.
PLANS = ("deployment_info", "deployment_step_success", "deployment_step_failure")


def show(name, call):
    try:
        result = call()
    except TypeError as error:
        # The client's models know no other members than theirs.
        result = "unknown member " + str(error).split()[-1]
    except marathon.MarathonError as error:
        result = "%s: %s" % (type(error).__name__, str(error).replace("MarathonHttpError: HTTP ", ""))
    print(json.dumps([name, result]), flush=True)


def until(ask):
    end = time.time() + WAIT_SECONDS
    while time.time() < end:
        result = ask()
        if result:
            return result
        time.sleep(0.02)
    raise RuntimeError("waited in vain")


def small(**more):
    return MarathonApp(**dict({"cmd": CMD, "cpus": 0.1, "mem": 16, "instances": 1}, **more))


class Events(threading.Thread):
    """Keeps the events of a stream."""

    def __init__(self, client, types):
        super().__init__(daemon=True)
        self.stream = client.event_stream(event_types=types)
        self.events = []
        self.start()

    def run(self):
        for event in self.stream:
            self.events.append(event)

    def names(self):
        return sorted({EventFactory.class_to_event[type(event)] for event in list(self.events)})


class Conversation:
    def __init__(self, client):
        self.client = client

    def settled(self):
        until(lambda: not self.client.list_deployments())

    def running(self, count, app_id="/theirs"):
        self.settled()
        return until(lambda: [t.state for t in self.client.list_tasks(app_id)] == ["TASK_RUNNING"] * count)

    def deployed(self, name, call, count, app_id="/theirs"):
        """A call that starts a deployment, and the number of tasks in its end."""
        show(name, lambda: sorted(call()))
        self.running(count, app_id)

    def system(self):
        client = self.client
        show("ping", lambda: client.ping().decode())
        show("info", lambda: [client.get_info().name, client.get_info().marathon_config.mesos_role])
        show("leader", lambda: client.get_leader()["leader"] == client.get_info().leader)
        show("metrics", lambda: sorted(client.get_metrics()))

    def create(self):
        client = self.client
        app = small(
            ports=[0, 0],
            constraints=[MarathonConstraint("hostname", "GROUP_BY")],
            health_checks=[MarathonHealthCheck(protocol="COMMAND", command="true", interval_seconds=1, delay_seconds=0)],
            labels={"kind": "web"},
            env={"A": "1"},
            uris=[],
        )
        show("create", lambda: client.create_app("theirs", app).id)
        show("create again", lambda: client.create_app("theirs", small()))
        show("create wrong", lambda: client.create_app("wrong", small(cpus=-1)))
        self.running(1)
        show("healthy", lambda: until(lambda: client.get_app("/theirs").tasks_healthy == 1))

    def ask(self):
        client = self.client
        embeds = ("tasks", "counts", "deployments", "readiness", "last_task_failure", "failures")
        app = client.get_app("/theirs", **{"embed_" + embed: True for embed in embeds})
        show("get", lambda: [app.cmd, app.tasks_running, len(app.tasks), app.labels, app.env, repr(app.constraints)])
        show("get statistics", lambda: client.get_app("/theirs", embed_task_stats=True))
        show("get nothing", lambda: client.get_app("nothing"))
        show("list", lambda: [one.id for one in client.list_apps(embed_tasks=True, embed_counts=True)])
        show("list by label", lambda: [one.id for one in client.list_apps(label="kind==web", cmd="sleep", app_id="their")])
        show("list by attribute", lambda: [one.id for one in client.list_apps(instances=7)])
        show("list of no label", lambda: client.list_apps(label="a b c"))
        endpoints = client.list_endpoints()
        show("endpoints", lambda: [[e.app_id, e.host, e.task_port > 0, e.service_port > 0] for e in endpoints])

    def change(self):
        client = self.client
        first = client.get_app("theirs").version
        self.deployed("scale", lambda: client.scale_app("/theirs", instances=2), 2)
        self.deployed("scale by", lambda: client.scale_app("/theirs", delta=-1), 1)
        show("scale nothing", lambda: client.scale_app("nothing", delta=1))
        self.deployed("update", lambda: client.update_app("/theirs", MarathonApp(env={"A": "2"}), force=True), 1)
        labelled = MarathonApp(id="/theirs", labels={"kind": "db"})
        self.deployed("update all", lambda: client.update_apps([labelled]), 1)
        versions = client.list_versions("/theirs")
        show("versions", lambda: [versions[0] == client.get_app("/theirs").version, first in versions])
        show("version", lambda: [client.get_version("/theirs", first).env, client.get_version("/theirs", first).version == first])
        show("version of no time", lambda: client.get_version("/theirs", "yesterday"))
        self.deployed("roll back", lambda: client.rollback_app("/theirs", first), 1)
        show("rolled back", lambda: [client.get_app("theirs").env, client.get_app("theirs").labels])
        before = client.list_tasks("/theirs")[0].id
        self.deployed("restart", lambda: client.restart_app("/theirs", force=True), 1)
        show("restarted", lambda: client.list_tasks()[0].id != before)

    def kill(self):
        client = self.client
        client.scale_app("/theirs", instances=3)
        self.running(3)
        ids = [task.id for task in client.list_tasks("/theirs", host="127.0.0.1")]
        show("kill one", lambda: client.kill_task("/theirs", ids[0]).id == ids[0])
        show("kill unknown", lambda: client.kill_task("/theirs", "nobody"))
        until(lambda: ids[0] not in [task.id for task in client.list_tasks("/theirs")])
        self.deployed("kill one, scale", lambda: client.kill_task("/theirs", ids[1], scale=True), 2)
        show("kill some", lambda: client.kill_given_tasks([client.list_tasks("/theirs")[0].id], scale=True, force=True))
        self.running(1)
        show("kill all of a host", lambda: [task.app_id for task in client.kill_tasks("/theirs", host="127.0.0.1")])
        self.running(1)
        show("kill all, wipe", lambda: len(client.kill_tasks("/theirs", wipe=True)))
        self.running(1)

    def deployments(self):
        client = self.client
        show("create large", lambda: client.create_app("/large", small(cpus=1000)).id)
        show("queue", lambda: client.list_queue(embed_last_unused_offers=True))
        show("reset delay", lambda: client.reset_delay("/large"))
        show("locked", lambda: client.update_app("/large", MarathonApp(mem=17)))
        deployment = client.list_deployments()[0]
        actions = [action.action for action in deployment.steps[0].actions + deployment.current_actions]
        show("deployment", lambda: [deployment.affected_apps, actions])
        self.deployed("take back", lambda: client.delete_deployment(deployment.id), 1)
        client.create_app("/large", small(cpus=1000))
        self.deployed("stop", lambda: client.delete_deployment(client.list_deployments()[0].id, force=True), 1)
        self.deployed("delete", lambda: client.delete_app("/large", force=True), 1)
        show("delete again", lambda: client.delete_app("/large"))

    def groups(self):
        client = self.client
        inner = MarathonGroup(id="inner", dependencies=["/group/one"])
        group = MarathonGroup(id="/group", apps=[small(id="one")], groups=[inner])
        self.deployed("create group", lambda: client.create_group(group), 1, "/group/one")
        show("groups", client.list_groups)
        show("group", lambda: client.get_group("/group"))
        show("group of nothing", lambda: client.get_group("nothing"))
        self.deployed("scale group", lambda: client.scale_group("/group", 2), 2, "/group/one")
        update = MarathonGroup(apps=[small(id="two")])
        self.deployed("update group", lambda: client.update_group("/group", update), 1, "/group/two")
        show("roll group back", lambda: client.rollback_group("/group", client.get_app("/theirs").version))
        self.deployed("delete group", lambda: client.delete_group("/group", force=True), 1)

    def subscriptions(self):
        client = self.client
        show("subscribe", lambda: client.create_event_subscription(CALLBACK)["eventType"])
        show("subscriptions", client.list_event_subscriptions)
        show("unsubscribe", lambda: client.delete_event_subscription(CALLBACK)["eventType"])


def main(server, username, password):
    logging.disable(logging.CRITICAL)
    auth = {"username": username, "password": password}
    # The first of the servers does not answer.
    client = marathon.MarathonClient(["http://127.0.0.1:1", server], **auth)
    listener = marathon.MarathonClient(server, **auth)
    events = Events(listener, [name for name in EventFactory.event_to_class if name not in PLANS])
    filtered = Events(listener, ["deployment_success", EventFactory.event_to_class["group_change_success"]])
    conversation = Conversation(client)
    show("without credentials", marathon.MarathonClient(server).list_apps)
    for part in ("system", "create", "ask", "change", "kill", "deployments", "groups", "subscriptions"):
        getattr(conversation, part)()
    client.delete_app("/theirs")
    conversation.settled()
    show("end of the leader", client.delete_leader)
    show("events", events.names)
    show("filtered events", filtered.names)


main(*sys.argv[1:])
