"""A scheduler on the original's own C++ driver (Python 2.7, mesos.scheduler 1.11.0).

It prints a line for everything that it hears, and obeys the lines on its input. Arguments: master, name of the
framework, `plain` for one without capabilities. Used by test/e2e/third-party-original.test.ts.
"""
from __future__ import print_function

import sys
import threading

from mesos.interface import Scheduler, mesos_pb2
from mesos.scheduler import MesosSchedulerDriver

PRINTING = threading.Lock()


def say(*words):
    with PRINTING:
        print(*words)
        sys.stdout.flush()


class Told(Scheduler):
    def __init__(self):
        self.offers = {}
        self.agent = None

    def registered(self, driver, framework_id, master):
        say('registered', framework_id.value, master.version)

    def resourceOffers(self, driver, offers):
        for offer in offers:
            self.offers[offer.id.value] = offer
            self.agent = offer.slave_id
            say('offer', offer.hostname)

    def offerRescinded(self, driver, offer_id):
        self.offers.pop(offer_id.value, None)
        say('rescinded', offer_id.value)

    def statusUpdate(self, driver, update):
        reason = mesos_pb2.TaskStatus.Reason.Name(update.reason) if update.HasField('reason') else '-'
        source = mesos_pb2.TaskStatus.Source.Name(update.source)
        say('update', update.task_id.value, mesos_pb2.TaskState.Name(update.state), source, reason)

    def error(self, driver, message):
        say('error', message)


def task_of(offer, task_id, command, port):
    task = mesos_pb2.TaskInfo()
    task.task_id.value = task_id
    task.name = 'name of ' + task_id
    task.slave_id.value = offer.slave_id.value
    task.command.value = command
    label = task.labels.labels.add()
    label.key, label.value = 'key', 'value'
    variable = task.command.environment.variables.add()
    variable.name, variable.value = 'NAME', 'value'
    for name, amount in (('cpus', 0.1), ('mem', 32)):
        resource = task.resources.add()
        resource.name = name
        resource.type = mesos_pb2.Value.SCALAR
        resource.scalar.value = amount
    if port:
        resource = task.resources.add()
        resource.name = 'ports'
        resource.type = mesos_pb2.Value.RANGES
        ports = resource.ranges.range.add()
        ports.begin = ports.end = port
        task.discovery.visibility = mesos_pb2.DiscoveryInfo.FRAMEWORK
        task.discovery.name = 'service'
        shown = task.discovery.ports.ports.add()
        shown.number, shown.name, shown.protocol = port, 'http', 'tcp'
    return task


def launch(told, driver, words):
    """launch TASK PORT COMMAND...: on an offer that is there; port 0 for none."""
    _, offer = told.offers.popitem()
    driver.launchTasks(offer.id, [task_of(offer, words[0], ' '.join(words[2:]), int(words[1]))])


def status_of(told, task_id, state):
    status = mesos_pb2.TaskStatus()
    status.task_id.value = task_id
    status.state = state
    if told.agent is not None:
        status.slave_id.value = told.agent.value
    return status


def reconcile(told, driver, words):
    """reconcile TASK...: those, or all of the framework."""
    driver.reconcileTasks([status_of(told, task_id, mesos_pb2.TASK_STAGING) for task_id in words])


def kill(told, driver, words):
    task_id = mesos_pb2.TaskID()
    task_id.value = words[0]
    driver.killTask(task_id)


def suppress(told, driver, words):
    """Gives back what is offered, for long, and wants nothing more."""
    filters = mesos_pb2.Filters()
    filters.refuse_seconds = 100000
    for offer in told.offers.values():
        driver.declineOffer(offer.id, filters)
    told.offers.clear()
    driver.suppressOffers()
    say('suppressed')


def revive(told, driver, words):
    driver.reviveOffers()


COMMANDS = {'launch': launch, 'reconcile': reconcile, 'kill': kill, 'suppress': suppress, 'revive': revive}


def framework(name, kind):
    info = mesos_pb2.FrameworkInfo()
    info.user = 'root'
    info.name = name
    info.failover_timeout = 600
    info.checkpoint = True
    if kind != 'plain':
        info.capabilities.add().type = mesos_pb2.FrameworkInfo.Capability.PARTITION_AWARE
    return info


def main(master, name, kind=''):
    told = Told()
    driver = MesosSchedulerDriver(told, framework(name, kind), master, 1)
    driver.start()
    for line in iter(sys.stdin.readline, ''):
        words = line.split()
        if words[0] == 'stop':
            break
        COMMANDS[words[0]](told, driver, words[1:])
    driver.stop()
    driver.join()
    say('stopped')


main(*sys.argv[1:])
