/**
 * The flags of `meseta run`: those of the original's mesos-execute (Mesos 1.11 src/cli/execute.cpp).
 */

import { callerFlags } from '../../cluster/runtime/auth/caller';
import { choice, document, duration, text, toggle, type Values } from '../../cluster/runtime/config/flags';

export const DEFAULT_RESOURCES = 'cpus:1;mem:128';

export const runFlags = {
  master: text({
    help: 'where the master is',
    fallback: 'http://127.0.0.1:5050',
    env: 'MESETA_MASTER',
    value: 'URL',
  }),
  task: document({ help: 'a TaskInfo; its agent_id is not needed' }),
  task_group: document({ help: 'a TaskGroupInfo, for the default executor' }),
  name: text({ help: 'the name and the id of the task' }),
  shell: toggle({ help: 'the command is one for a shell; otherwise the image has it', fallback: true }),
  command: text({ help: 'the command to run' }),
  env: document({ help: 'variables of the command: {"NAME": "value"}' }),
  resources: text({ help: 'resources of the task', fallback: DEFAULT_RESOURCES }),
  checkpoint: toggle({ help: 'the task goes on while its agent is away', fallback: false }),
  docker_image: text({ help: 'an image of Docker: NAME[:TAG]', value: 'IMAGE' }),
  framework_capabilities: text({ help: 'capabilities, with commas: GPU_RESOURCES' }),
  containerizer: choice({
    help: 'what makes the container',
    words: ['mesos', 'docker'],
    fallback: 'mesos',
  }),
  effective_capabilities: document({ help: 'capabilities of Linux: {"capabilities": ["NET_RAW"]}' }),
  bounding_capabilities: document({ help: 'the same, at most: {"capabilities": ["NET_RAW"]}' }),
  rlimits: document({ help: 'limits of processes: {"rlimits": [{"type": "RLMT_CPU", ...}]}' }),
  role: text({ help: 'the role that gets the offers', fallback: '*' }),
  kill_after: duration({ help: 'time after which a running task is killed', fallback: undefined }),
  networks: text({ help: 'networks that the container joins, with commas' }),
  principal: text({ help: 'who we are for the master' }),
  secret: text({ help: 'the secret of the principal, or file://PATH', secret: true }),
  ...callerFlags('the master', 'MESETA_MASTER'),
  volumes: document({ help: 'a list of Volumes' }),
  content_type: choice({
    help: 'the form of messages',
    words: ['protobuf', 'json', 'application/x-protobuf', 'application/json'],
    fallback: 'protobuf',
  }),
  tty: toggle({ help: "the task has a terminal; see 'meseta task attach'", fallback: false }),
  partition_aware: toggle({ help: 'a task on an agent that is away is not lost', fallback: true }),
  package: text({ help: 'refused: name an address in `uris` of --task instead', value: 'PATH' }),
  hadoop: text({ help: 'refused: it is for --package', value: 'PATH' }),
  hdfs: text({ help: 'refused: it is for --package', value: 'HOST:PORT' }),
  overwrite: toggle({ help: 'refused: it is for --package', fallback: false }),
  appc_image: text({ help: 'refused: there are no Appc images', value: 'IMAGE' }),
};

export type RunConfig = Values<typeof runFlags>;
