"""An executor as a user of pymesos would write it: its tasks run until a message or a kill ends them."""

import sys
from base64 import b64decode, b64encode

from pymesos import Executor, MesosExecutorDriver


def say(*words):
    print(*words)
    sys.stdout.flush()


class ToldExecutor(Executor):
    def update(self, driver, task_id, state):
        driver.sendStatusUpdate({'task_id': task_id, 'state': state})

    def registered(self, driver, executor_info, framework_info, agent_info):
        say('registered', executor_info['executor_id']['value'], framework_info['name'])

    def reregistered(self, driver, agent_info):
        say('reregistered')

    def disconnected(self, driver):
        say('disconnected')

    def launchTask(self, driver, task):
        say('launch', task['task_id']['value'])
        self.update(driver, task['task_id'], 'TASK_RUNNING')

    def killTask(self, driver, task_id):
        say('kill', task_id['value'])
        self.update(driver, task_id, 'TASK_KILLED')

    def frameworkMessage(self, driver, message):
        text = b64decode(message).decode()
        say('message', text)
        words = text.split()
        if words[0] == 'finish':
            self.update(driver, {'value': words[1]}, 'TASK_FINISHED')
        else:
            driver.sendFrameworkMessage(b64encode(b'heard ' + text.encode()).decode())

    def shutdown(self, driver):
        say('shutdown')

    def error(self, driver, message):
        say('error', message)


MesosExecutorDriver(ToldExecutor()).run()
