"""A stand-in for the original's program `mesos-containerizer`, which its library starts for each container (Mesos 1.11
src/slave/containerizer/mesos/launch.cpp): waits for the agent, runs the command, and keeps its exit status.
"""
import json
import os
import sys

PREFIX = 'MESOS_CONTAINERIZER_'


def flag(name):
    return os.environ.pop(PREFIX + name, None)


def wait_for_agent():
    read_end, write_end = int(flag('PIPE_READ')), int(flag('PIPE_WRITE'))
    os.close(write_end)
    if len(os.read(read_end, 1)) != 1:
        sys.exit(1)
    os.close(read_end)


def run(info):
    command = info['command']
    environment = dict(os.environ)
    for part in (info.get('environment', {}), command.get('environment', {})):
        for variable in part.get('variables', []):
            environment[variable['name']] = variable.get('value', '')
    if 'working_directory' in info:
        os.chdir(info['working_directory'])
    if command.get('shell', True):
        os.execve('/bin/sh', ['sh', '-c', command['value']], environment)
    os.execvpe(command['value'], command.get('arguments', []) or [command['value']], environment)


def main():
    info, folder = json.loads(flag('LAUNCH_INFO')), flag('RUNTIME_DIRECTORY')
    wait_for_agent()
    child = os.fork()
    if child == 0:
        run(info)
    _, status = os.waitpid(child, 0)
    with open(os.path.join(folder, 'status'), 'w') as file:
        file.write(str(status))
    sys.exit(status >> 8)


main()
