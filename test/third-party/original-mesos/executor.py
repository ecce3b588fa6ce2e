"""A stand-in for the original's program `mesos-executor`: the command executor, on the v1 executor API in JSON. It runs one
command, and ends once the end of that is acknowledged.
"""
import base64
import httplib
import json
import os
import signal
import subprocess
import threading
import time
import uuid

AGENT = os.environ['MESOS_AGENT_ENDPOINT']
IDS = {
    'framework_id': {'value': os.environ['MESOS_FRAMEWORK_ID']},
    'executor_id': {'value': os.environ['MESOS_EXECUTOR_ID']},
}
HEADERS = {'Content-Type': 'application/json', 'Accept': 'application/json'}
ENDS = ('TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED')


def post(call):
    connection = httplib.HTTPConnection(AGENT)
    connection.request('POST', '/slave(1)/api/v1/executor', json.dumps(dict(call, **IDS)), HEADERS)
    return connection.getresponse()


class Task(object):
    def __init__(self, info):
        self.id = info['task_id']
        self.command = info['command']['value']
        self.ends = set()
        self.is_killed = False
        self.program = None

    def begin(self):
        self.tell('TASK_STARTING')
        self.program = subprocess.Popen(['sh', '-c', self.command], preexec_fn=os.setsid)
        self.tell('TASK_RUNNING')
        threading.Thread(target=self.follow).start()

    def follow(self):
        code = self.program.wait()
        if self.is_killed:
            self.tell('TASK_KILLED', 'Command terminated with signal Terminated')
        else:
            self.tell('TASK_FAILED' if code else 'TASK_FINISHED', 'Command exited with status %d' % code)

    def kill(self, by=signal.SIGTERM):
        self.is_killed = True
        if self.program.poll() is None:
            os.killpg(self.program.pid, by)

    def tell(self, state, message=None):
        name = base64.b64encode(uuid.uuid4().bytes)
        if state in ENDS:
            self.ends.add(name)
        status = {
            'task_id': self.id,
            'executor_id': IDS['executor_id'],
            'source': 'SOURCE_EXECUTOR',
            'state': state,
            'uuid': name,
            'timestamp': time.time(),
        }
        if message is not None:
            status['message'] = message
        post({'type': 'UPDATE', 'update': {'status': status}})


def events():
    """The events of a subscription, each with its length in a line before it."""
    answer = post({'type': 'SUBSCRIBE', 'subscribe': {}})
    while True:
        length = ''
        while not length.endswith('\n'):
            byte = answer.read(1)
            if not byte:
                return
            length += byte
        yield json.loads(answer.read(int(length)))


def main():
    task = None
    for event in events():
        if event['type'] == 'LAUNCH':
            task = Task(event['launch']['task'])
            task.begin()
        elif event['type'] in ('KILL', 'SHUTDOWN') and task:
            task.kill()
        elif event['type'] == 'ACKNOWLEDGED' and event['acknowledged']['uuid'] in task.ends:
            return
    # The agent has gone.
    if task:
        task.kill(signal.SIGKILL)


main()
