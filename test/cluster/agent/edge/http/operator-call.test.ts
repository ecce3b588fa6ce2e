import {
  containerIdError,
  inputMessageError,
  operatorCallError,
} from '../../../../../cluster/agent/edge/http/operator-call';
import type { Call, ProcessIO } from '../../../../../cluster/api/generated/agent';
import type { ContainerID, ContainerInfo, Resource } from '../../../../../cluster/api/generated/mesos';

const id: ContainerID = { value: 'c' };
const child: ContainerID = { value: 'n', parent: id };
const grandchild: ContainerID = { value: 'g', parent: child };
const own: ContainerInfo = { type: 'MESOS', linux_info: { share_cgroups: false } };
const shared: ContainerInfo = { type: 'MESOS', linux_info: { share_cgroups: true } };
const cpus: Resource = { name: 'cpus', type: 'SCALAR', scalar: { value: 1 } };
const reserved: Resource = { ...cpus, reservations: [{ type: 'DYNAMIC', role: 'r' }] };
const volume: Resource = {
  name: 'disk',
  type: 'SCALAR',
  scalar: { value: 1 },
  disk: { persistence: { id: 'v' }, volume: { container_path: 'p', mode: 'RW' } },
};

const launch = (part: Partial<Call.LaunchContainer>): Call => ({
  type: 'LAUNCH_CONTAINER',
  launch_container: { container_id: id, ...part },
});
const nested = (part: Partial<Call.LaunchNestedContainer>): Call => ({
  type: 'LAUNCH_NESTED_CONTAINER',
  launch_nested_container: { container_id: child, ...part },
});
const session = (part: Partial<Call.LaunchNestedContainerSession>): Call => ({
  type: 'LAUNCH_NESTED_CONTAINER_SESSION',
  launch_nested_container_session: { container_id: child, ...part },
});
const input = (part: Call.AttachContainerInput): Call => ({
  type: 'ATTACH_CONTAINER_INPUT',
  attach_container_input: part,
});
const gpus: Resource = { name: 'gpus', type: 'SCALAR', scalar: { value: 0.5 } };
const TOO_DEEP = 'containers nested at the second level or greater cannot';
const BAD_VOLUME = { mode: 'RW', container_path: 'p' } as const;

test.each<[string, Call, string | undefined]>([
  ['a standalone container', launch({ resources: [cpus], container: own }), undefined],
  ['a nested one with resources', launch({ container_id: child, resources: [reserved] }), undefined],
  ['one nested twice', launch({ container_id: grandchild, container: shared }), undefined],
  ['a session', session({}), undefined],
  ['a call without a type', {}, "Expecting 'type' to be present"],
  ['a call without its part', { type: 'KILL_CONTAINER' }, "Expecting 'kill_container' to be present"],
  [
    'an id with a dot',
    launch({ container_id: { value: 'a.b' } }),
    "'launch_container.container_id' is invalid: 'ContainerID.value' 'a.b' contains invalid characters",
  ],
  [
    'a nested call without a parent',
    { type: 'WAIT_NESTED_CONTAINER', wait_nested_container: { container_id: id } },
    "Expecting 'wait_nested_container.container_id.parent' to be present",
  ],
  [
    'reserved resources',
    launch({ resources: [reserved] }),
    "'launch_container.resources' must be unreserved",
  ],
  [
    'persistent volumes',
    launch({ resources: [volume] }),
    "'launch_container.resources' may not use persistent volumes",
  ],
  [
    'revocable resources',
    launch({ resources: [{ ...cpus, revocable: {} }] }),
    "'launch_container.resources' must be non-revocable",
  ],
  ['a part of a GPU', launch({ resources: [gpus] }), expect.stringContaining('Invalid GPU resources: ')],
  [
    'resources without a value',
    launch({ resources: [{ name: 'cpus', type: 'SCALAR' }] }),
    expect.stringMatching(/^Invalid resources: .*Invalid scalar resource$/),
  ],
  [
    'resources that are nested twice',
    launch({ container_id: grandchild, resources: [cpus] }),
    `'launch_container' is invalid: ${TOO_DEEP} specify resources`,
  ],
  [
    'limits that are nested twice',
    launch({ container_id: grandchild, limits: { cpus: { value: 1 } } }),
    `'launch_container' is invalid: ${TOO_DEEP} specify resource limits`,
  ],
  [
    'a cgroup of its own that is nested twice',
    launch({ container_id: grandchild, container: own }),
    `'launch_container' is invalid: ${TOO_DEEP} set 'share_cgroups' to 'false'`,
  ],
  [
    'the cgroup of nobody',
    launch({ container: shared }),
    "'launch_container' is invalid: containers without a parent cannot set 'share_cgroups' to 'true'",
  ],
  [
    'a cgroup of its own, by the older call',
    nested({ container_id: grandchild, container: own }),
    `'launch_nested_container' is invalid: ${TOO_DEEP} set 'share_cgroups' to 'false'`,
  ],
  [
    'a session with a cgroup of its own',
    session({ container: own }),
    "'launch_nested_container_session.container.linux_info' is invalid: " +
      "'share_cgroups' cannot be set to 'false' for nested container sessions",
  ],
  [
    'a variable without a value',
    nested({ command: { environment: { variables: [{ name: 'A' }] } } }),
    "'launch_nested_container.command' is invalid: " +
      "Environment variable 'A' of type 'VALUE' must have a value set",
  ],
  [
    'a volume without a source',
    launch({ container: { type: 'MESOS', volumes: [BAD_VOLUME] } }),
    "'launch_container.container' is invalid: Invalid volume: " +
      "Only one of them should be set: 'host_path', 'image' and 'source'",
  ],
  ['input without a type', input({}), "Expecting 'attach_container_input.type' to be present"],
  ['input of no type', input({ type: 'UNKNOWN' }), "'attach_container_input.type' is unknown"],
  [
    'input for no container',
    input({ type: 'CONTAINER_ID' }),
    "'attach_container_input.container_id' is invalid: ID must not be empty",
  ],
  ['input that is none', input({ type: 'PROCESS_IO' }), undefined],
])('%s is %#', (_name, call, error) => {
  expect(operatorCallError(call)).toEqual(error);
});

test.each<[ContainerID, string | undefined]>([
  [grandchild, undefined],
  [{ value: 'x'.repeat(242) }, undefined],
  [{ value: '' }, 'ID must not be empty'],
  [{ value: 'a/b' }, "'a/b' contains invalid characters"],
  [{ value: 'a b' }, "'ContainerID.value' 'a b' contains invalid characters"],
  [{ value: 'x'.repeat(243) }, `'ContainerID.value' '${'x'.repeat(243)}' exceeds the maximum length (242)`],
  [{ value: 'a', parent: { value: '..' } }, "'ContainerID.parent' is invalid: '..' is disallowed"],
])('the id %j', (containerId, error) => {
  expect(containerIdError(containerId)).toBe(error);
});

const io = (process_io: ProcessIO): Call.AttachContainerInput => ({ type: 'PROCESS_IO', process_io });
const data = (part: ProcessIO.Data | undefined) => io({ type: 'DATA', data: part });
const control = (part: ProcessIO.Control | undefined) => io({ type: 'CONTROL', control: part });

test.each<[Call.AttachContainerInput, string | undefined]>([
  [data({ type: 'STDIN', data: '' }), undefined],
  [control({ type: 'HEARTBEAT', heartbeat: {} }), undefined],
  [control({ type: 'TTY_INFO', tty_info: { window_size: { rows: 1, columns: 1 } } }), undefined],
  [
    { type: 'CONTAINER_ID', container_id: id },
    "Expecting 'attach_container_input.type' to be 'PROCESS_IO' instead of: 'CONTAINER_ID'",
  ],
  [{ type: 'PROCESS_IO' }, "Expecting 'attach_container_input.process_io' to be present"],
  [io({}), "Expecting 'process_io.type' to be present"],
  [io({ type: 'UNKNOWN' }), "'process_io.type' is unknown"],
  [data(undefined), "Expecting 'process_io.data' to be present"],
  [data({}), "Expecting 'process_io.data.type' to be present"],
  [data({ type: 'STDOUT', data: '' }), "Expecting 'process_io.data.type' to be 'STDIN'"],
  [data({ type: 'STDIN' }), "Expecting 'process_io.data.data' to be present"],
  [control(undefined), "Expecting 'process_io.control' to be present"],
  [control({}), "Expecting 'process_io.control.type' to be present"],
  [control({ type: 'UNKNOWN' }), "'process_io.control.type' is unknown"],
  [control({ type: 'HEARTBEAT' }), "Expecting 'process_io.control.heartbeat' to be present"],
  [control({ type: 'TTY_INFO' }), "Expecting 'process_io.control.tty_info' to be present"],
  [control({ type: 'TTY_INFO', tty_info: {} }), "Expecting 'tty_info.window_size' to be present"],
])('the message of input %j', (message, error) => {
  expect(inputMessageError(message)).toBe(error);
});
