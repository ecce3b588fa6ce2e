/**
 * The flags of isolators, with Mesos' names and defaults (Mesos 1.11 src/slave/flags.cpp).
 */

import type { MessageName, Messages } from '../../api/generated/messages';
import { decodeJson } from '../../api/json-read';
import { encodeJson } from '../../api/json-write';
import { hideContainerSecrets } from '../../model/hide-secrets';
import { printRanges, type Ranges, readRanges } from '../../model/ranges';
import {
  bytes,
  document,
  duration,
  type Flag,
  integer,
  path,
  text,
  toggle,
  type Values,
} from '../../runtime/config/flags';
import { imageFlags } from './images/image-flags';
import { DEFAULT_ISOLATION, type Isolation, readIsolation } from './isolation';
import { cniFlags } from './network/cni-flags';

const ISOLATION: Flag<Isolation> = {
  help: 'how containers are isolated, a list such as cgroups/cpu,cgroups/mem,disk/du',
  value: 'NAMES',
  fallback: readIsolation(DEFAULT_ISOLATION),
  fallbackText: DEFAULT_ISOLATION,
  read: readIsolation,
  print: (isolation) => isolation.text,
};

/** A message in Mesos' JSON, in place or in a file. */
function message<N extends MessageName>(
  name: N,
  options: { readonly help: string; readonly formerly?: string },
): Flag<Messages[N] | undefined> {
  const flag = document(options);
  return {
    ...flag,
    fallback: undefined,
    read: (value) => decodeJson(name, flag.read(value, undefined) ?? ''),
    print: (value) => (value === undefined ? '' : encodeJson(name, value)),
  };
}

const containerFlag = message('mesos.v1.ContainerInfo', {
  help: 'the container of executors and tasks that have none, in JSON: {"type": "MESOS", "volumes": []}',
});

/** Flags are shown on pages, which show no values of secrets. */
const defaultContainer: typeof containerFlag = {
  ...containerFlag,
  print: (container) => containerFlag.print?.(container && hideContainerSecrets(container)) ?? '',
};

function readLauncher(value: string): 'linux' | 'posix' {
  if (value !== 'linux' && value !== 'posix') throw new Error('expected linux or posix');
  return value;
}

/** 16 bits of the class of packets, as `0xAAAA`. */
function readHandle(value: string): number {
  const number = /^(0x[0-9a-f]{1,4}|\d{1,5})$/i.test(value) ? Number(value) : Number.NaN;
  if (!(number >= 1 && number <= 0xffff))
    throw new Error('expected a number of 16 bits such as 0xAAAA, and not zero');
  return number;
}

function readHandles(value: string): readonly [first: number, last: number] {
  const [first, last, ...others] = value.split(',').map(readHandle);
  if (first === undefined || last === undefined || others.length > 0)
    throw new Error('expected the first and the last handle, such as 0x1,0xFFFF');
  if (last < first) throw new Error('the range is an empty set');
  return [first, last];
}

function readPorts(value: string): Ranges {
  const ranges = readRanges(value);
  if ('error' in ranges) throw new Error(ranges.error);
  return ranges;
}

function readGpus(value: string): readonly number[] {
  const numbers = value
    .split(',')
    .map((number) => (/^\d+$/.test(number.trim()) ? Number(number) : Number.NaN));
  if (numbers.some(Number.isNaN)) throw new Error('expected numbers of devices such as 0,1');
  if (new Set(numbers).size < numbers.length) throw new Error('it contains duplicates');
  return numbers;
}

const hex = (number: number): string => `0x${number.toString(16)}`;
const optional = <T>(flag: Omit<Flag<T | undefined>, 'fallback'>): Flag<T | undefined> => ({
  ...flag,
  fallback: undefined,
});

export const isolationFlags = {
  isolation: ISOLATION,
  launcher: optional<'linux' | 'posix'>({
    help: 'linux for containers of an OCI runtime, posix without one; linux without it where there is one, for root',
    value: 'linux|posix',
    read: readLauncher,
  }),
  default_container_info: defaultContainer,
  cgroups_hierarchy: text({
    help: 'folder that cgroups are mounted in',
    fallback: '/sys/fs/cgroup',
    value: 'PATH',
  }),
  cgroups_root: text({ help: 'cgroup that those of containers are in', fallback: 'mesos', value: 'NAME' }),
  cgroups_destroy_timeout: duration({
    help: 'time in which the cgroups of an ended container have to be gone; what is left then is removed at the next start',
    fallback: 60_000,
    fallbackText: '1mins',
  }),
  cgroups_enable_cfs: toggle({
    help: 'cgroups/cpu: containers get no more processor time than their cpus, also when there is more',
    fallback: false,
  }),
  cgroups_limit_swap: toggle({ help: 'cgroups/mem: the limit is one of memory and swap', fallback: false }),
  cgroups_cpu_enable_pids_and_tids_count: toggle({
    help: 'cgroups/cpu: /monitor/statistics has the numbers of processes and threads',
    fallback: false,
  }),
  cgroups_pids_limit: integer({
    help: 'cgroups/pids: the most processes and threads of a container; our own flag',
    fallback: undefined,
    min: 1,
    max: 4_194_304,
  }),
  cgroups_net_cls_primary_handle: optional<number>({
    help: 'cgroups/net_cls: first half of the class of each container, 0xAAAA',
    value: 'HANDLE',
    read: readHandle,
    print: (value) => (value === undefined ? '' : hex(value)),
  }),
  cgroups_net_cls_secondary_handles: optional<readonly [number, number]>({
    help: 'cgroups/net_cls: first and last of the second halves, 0xAAAA,0xBBBB; all without it',
    value: 'HANDLES',
    read: readHandles,
    print: (value) => (value ?? []).map(hex).join(','),
  }),
  revocable_cpu_low_priority: toggle({
    help: 'cgroups/cpu: revocable cpus get 10 shares each, and not 1024',
    fallback: true,
  }),
  allowed_devices: message('mesos.v1.DeviceWhitelist', {
    help: 'cgroups/devices: {"allowed_devices": [{"device": {"path": "/dev/fuse"}, "access": {"read": true}}]}',
  }),
  effective_capabilities: message('mesos.v1.CapabilityInfo', {
    help: 'linux/capabilities: those of containers that ask for none: {"capabilities": ["CHOWN"]}',
    formerly: 'allowed_capabilities',
  }),
  bounding_capabilities: message('mesos.v1.CapabilityInfo', {
    help: 'linux/capabilities: those that containers may ask for',
  }),
  seccomp_config_dir: text({ help: "linux/seccomp: folder of profiles in Docker's JSON", value: 'PATH' }),
  seccomp_profile_name: text({
    help: 'linux/seccomp: profile in that folder, of containers that name none',
    value: 'NAME',
  }),
  container_disk_watch_interval: duration({
    help: 'disk/du: time between two looks at the use of disk',
    fallback: 15_000,
    fallbackText: '15secs',
  }),
  enforce_container_disk_quota: toggle({
    help: 'disk/du: containers that use more disk than they have are ended',
    fallback: false,
  }),
  container_ports_watch_interval: duration({
    help: 'network/ports: time between two looks at the ports containers listen on',
    fallback: 30_000,
    fallbackText: '30secs',
  }),
  enforce_container_ports: toggle({
    help: 'network/ports: containers that listen on ports they do not have are ended',
    fallback: false,
  }),
  check_agent_port_range_only: toggle({
    help: 'network/ports: ports that the agent does not offer are free for all',
    fallback: false,
  }),
  container_ports_isolated_range: optional<Ranges>({
    help: 'network/ports: only these ports are watched, [0-35000]',
    value: 'RANGES',
    read: readPorts,
    print: (value) => (value === undefined ? '' : printRanges(value)),
  }),
  ...cniFlags,
  ...imageFlags,
  nvidia_gpu_devices: optional<readonly number[]>({
    help: 'gpu/nvidia: numbers of the devices to offer; all without it',
    value: 'NUMBERS',
    read: readGpus,
    print: (value) => (value ?? []).join(','),
  }),
  secrets_dir: text({
    help: 'folder of secrets: the reference NAME of a secret is the file NAME in it, of mode 600; our own flag',
    value: 'PATH',
  }),
  secrets_by_role: toggle({
    help: 'the reference NAME is the file ROLE/NAME of --secrets_dir, so that a task has the secrets of its role alone; our own flag',
    fallback: false,
  }),
  secret_resolver: path({
    help: 'file of a module of JavaScript that resolves the references of secrets, in place of --secrets_dir',
  }),
  secret_resolver_conf: document({
    help: 'configuration of --secret_resolver, as JSON; in place, /PATH or file://PATH; our own flag',
    secret: true,
  }),
  docker_volume_checkpoint_dir: text({
    help: 'docker/volume: folder that tells which containers have which volumes; in --runtime_dir without it',
    value: 'PATH',
  }),
  docker_volume_chown: toggle({
    help: "docker/volume: the folder of a volume becomes that of its container's user",
    fallback: false,
  }),
  host_path_volume_force_creation: text({
    help: 'volume/host_path: folders below which missing ones are made, PATH:PATH',
    value: 'PATHS',
  }),
  default_container_shm_size: bytes({
    help: 'namespaces/ipc: size of a /dev/shm of its own, of containers that say none',
    fallback: undefined,
    min: 1,
  }),
  disallow_sharing_agent_ipc_namespace: toggle({
    help: "namespaces/ipc: containers that ask for the agent's namespace are refused",
    fallback: false,
  }),
  disallow_sharing_agent_pid_namespace: toggle({
    help: "namespaces/pid: containers that ask for the agent's namespace are refused",
    fallback: false,
  }),
} as const;

export type IsolationConfig = Values<typeof isolationFlags>;

/** Warnings about flags whose isolator, which begins their help, is not on; as in the original, they have no effect. */
export function idleFlags(config: IsolationConfig, isolators: readonly string[]): readonly string[] {
  return Object.entries(isolationFlags).flatMap(([name, { help, fallback }]) => {
    const isolator = /^([a-z_]+\/[a-z_]+): /.exec(help)?.[1];
    if (isolator === undefined || isolators.includes(isolator)) return [];
    if (config[name as keyof IsolationConfig] === fallback) return [];
    return [`--${name} has no effect without ${isolator} in --isolation`];
  });
}
