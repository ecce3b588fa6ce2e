/**
 * The isolators by their names in `--isolation`: aliases, order, what each needs of the machine, and what stops the start
 * (Mesos 1.11 src/slave/containerizer/mesos/containerizer.cpp).
 *
 * Always true: the isolators of a list are in the order of ISOLATORS, whatever the order in the flag.
 */

import type { Hierarchies } from './cgroups/hierarchies';
import type { FoundRuntime } from './oci/runtime';

export const DEFAULT_ISOLATION = 'posix/cpu,posix/mem';

/** The needs of an isolator: parts of the machine, and parts of the other names in the list. */
interface IsolatorNeeds {
  readonly root?: boolean;
  /** An OCI runtime. */
  readonly runtime?: boolean;
  /** Controllers of cgroups v1, and those of v2 that stand for them. */
  readonly v1?: readonly string[];
  /** `none` where v2 has nothing of the kind. */
  readonly v2?: readonly string[] | 'none';
  /** Isolators that must be in the list, too. */
  readonly isolators?: readonly string[];
}

interface IsolatorRow {
  readonly name: string;
  readonly needs?: IsolatorNeeds;
  /** The reason why it is refused. */
  readonly missing?: string;
}

const RUNTIME: IsolatorNeeds = { root: true, runtime: true };
const cgroup = (v1: readonly string[], v2: IsolatorNeeds['v2'] = v1): IsolatorNeeds => ({
  ...RUNTIME,
  v1,
  v2,
});
const IMAGES: IsolatorNeeds = { ...RUNTIME, isolators: ['filesystem/linux'] };

/** Every isolator of Mesos for Linux, in the order of its table: filesystem, resources, volumes, disk, GPU, network. */
const ISOLATORS: readonly IsolatorRow[] = [
  { name: 'filesystem/posix' },
  { name: 'filesystem/linux', needs: RUNTIME },
  { name: 'filesystem/shared', missing: 'it is deprecated: use volume/sandbox_path' },
  { name: 'posix/cpu' },
  { name: 'posix/mem' },
  { name: 'posix/rlimits', needs: RUNTIME },
  { name: 'cgroups/blkio', needs: cgroup(['blkio'], ['io']) },
  { name: 'cgroups/cpu', needs: cgroup(['cpu', 'cpuacct'], ['cpu']) },
  { name: 'cgroups/cpuset', needs: cgroup(['cpuset']) },
  { name: 'cgroups/devices', needs: cgroup(['devices'], []) },
  { name: 'cgroups/hugetlb', needs: cgroup(['hugetlb']) },
  { name: 'cgroups/mem', needs: cgroup(['memory']) },
  { name: 'cgroups/net_cls', needs: cgroup(['net_cls'], 'none') },
  { name: 'cgroups/net_prio', needs: cgroup(['net_prio'], 'none') },
  { name: 'cgroups/perf_event', needs: cgroup(['perf_event'], []) },
  { name: 'cgroups/pids', needs: cgroup(['pids']) },
  { name: 'appc/runtime', missing: 'images of APPC are not supported: use those of Docker' },
  { name: 'docker/runtime', needs: IMAGES },
  { name: 'linux/devices', needs: RUNTIME },
  { name: 'linux/capabilities', needs: RUNTIME },
  { name: 'linux/nnp', needs: RUNTIME },
  { name: 'namespaces/ipc', needs: RUNTIME },
  { name: 'namespaces/pid', needs: RUNTIME },
  { name: 'volume/sandbox_path' },
  { name: 'docker/volume', needs: RUNTIME },
  { name: 'volume/host_path', needs: RUNTIME },
  { name: 'volume/image', needs: IMAGES },
  { name: 'volume/secret', needs: { ...RUNTIME, isolators: ['filesystem/linux'] } },
  { name: 'volume/csi', missing: 'resource providers are not there yet' },
  { name: 'disk/du' },
  {
    name: 'disk/xfs',
    missing:
      'project quotas need calls of XFS that this agent does not make: use disk/du with --enforce_container_disk_quota',
  },
  { name: 'linux/seccomp', needs: RUNTIME },
  { name: 'gpu/nvidia', needs: { ...RUNTIME, isolators: ['cgroups/devices'] } },
  { name: 'network/cni', needs: RUNTIME },
  { name: 'network/port_mapping', missing: 'give containers addresses of their own' },
  { name: 'network/ports' },
  { name: 'environment_secret' },
];

/** Older names, and the names that they stand for. */
const ALIASES: ReadonlyMap<string, readonly string[]> = new Map([
  ['process', ['posix/cpu', 'posix/mem']],
  ['cgroups', ['cgroups/cpu', 'cgroups/mem']],
  ['posix/disk', ['disk/du']],
]);

/** Stands for all isolators of cgroups whose controllers the machine has. */
const ALL_CGROUPS = 'cgroups/all';

/** A list of isolators. */
export interface Isolation {
  /** The list as it was written. */
  readonly text: string;
  /** Names without aliases, in order; `cgroups/all` is among them until the machine is known. */
  readonly names: readonly string[];
  /** Aliases in the text, with what to write instead. */
  readonly warnings: readonly string[];
}

/** Reads the flag. Throws an Error with what is wrong. */
export function readIsolation(text: string): Isolation {
  const tokens = text
    .split(',')
    .map((token) => token.trim())
    .filter(Boolean);
  const twice = tokens.find((token, index) => tokens.indexOf(token) !== index);
  if (twice !== undefined) throw new Error(`Duplicate entries found in --isolation flag: '${twice}'`);
  const unknown = tokens.find((token) => !isName(token));
  if (unknown !== undefined)
    throw new Error(`Unknown or unsupported isolator '${unknown}'; there are ${knownNames().join(', ')}`);
  const names = new Set(tokens.flatMap((token) => ALIASES.get(token) ?? [token]));
  addImplicit(names);
  const wrong = listError(names);
  if (wrong !== undefined) throw new Error(wrong);
  const aliases = tokens.filter((token) => ALIASES.has(token));
  return {
    text,
    names: inOrder(names),
    warnings: aliases.map((alias) => `'${alias}' is deprecated: write ${ALIASES.get(alias)?.join(',')}`),
  };
}

function isName(token: string): boolean {
  return ALIASES.has(token) || token === ALL_CGROUPS || ISOLATORS.some(({ name }) => name === token);
}

/** Names that can be used. */
function knownNames(): readonly string[] {
  return [...ISOLATORS.flatMap(({ name, missing }) => (missing === undefined ? [name] : [])), ALL_CGROUPS];
}

/**
 * Adds what is on without being named: one filesystem isolator, the folders that nested containers share, secrets in
 * variables, and the volumes that come with filesystem/linux.
 */
function addImplicit(names: Set<string>): void {
  names.add('volume/sandbox_path');
  names.add('environment_secret');
  if (![...names].some((name) => name.startsWith('filesystem/'))) names.add('filesystem/posix');
  if (names.has('filesystem/linux')) names.add('volume/host_path');
}

function listError(names: ReadonlySet<string>): string | undefined {
  const all = [...names];
  if (all.filter((name) => name.startsWith('filesystem/')).length > 1)
    return 'Using multiple filesystem isolators simultaneously is disallowed';
  if (all.filter((name) => name.startsWith('network/') && name !== 'network/ports').length > 1)
    return 'Using multiple network isolators simultaneously is disallowed';
  for (const { name, needs, missing } of ISOLATORS) {
    if (!names.has(name)) continue;
    if (missing !== undefined) return `Isolator '${name}' is not supported: ${missing}`;
    const absent = (needs?.isolators ?? []).find((other) => !hasIsolator(names, other));
    if (absent !== undefined)
      return `The '${absent}' isolator must be enabled in order to use the '${name}' isolator`;
  }
  return undefined;
}

function hasIsolator(names: ReadonlySet<string>, name: string): boolean {
  return names.has(name) || (name.startsWith('cgroups/') && names.has(ALL_CGROUPS));
}

function inOrder(names: ReadonlySet<string>): readonly string[] {
  const ordered = ISOLATORS.map(({ name }) => name).filter((name) => names.has(name));
  return names.has(ALL_CGROUPS) ? [...ordered, ALL_CGROUPS] : ordered;
}

/** The parts of the machine that isolators need. */
export interface Machine {
  readonly isRoot: boolean;
  readonly runtime: FoundRuntime;
  readonly hierarchies: Hierarchies;
  readonly hasGpu: boolean;
  /** The value of `--cgroups_hierarchy`, for texts. */
  readonly cgroupsHierarchy: string;
}

/** Isolators that the machine can have. */
export interface Selection {
  readonly names: readonly string[];
  /** Names that were left out, with the reason. */
  readonly notes: readonly string[];
}

/** Selects the isolators for a machine, or tells why one of them cannot be. */
export function selectIsolators(
  names: readonly string[],
  machine: Machine,
): Selection | { readonly error: string } {
  const chosen = expand(names, machine);
  const notes: string[] = [];
  const rows = ISOLATORS.filter(({ name }) => chosen.has(name));
  for (const row of rows) {
    const lack = row.name === 'gpu/nvidia' && !machine.hasGpu ? undefined : lackOf(row, machine);
    if (lack !== undefined) return { error: `Failed to create isolator '${row.name}': ${lack}` };
  }
  if (chosen.has('gpu/nvidia') && !machine.hasGpu) {
    chosen.delete('gpu/nvidia');
    notes.push('gpu/nvidia is left out: this machine has no GPU of Nvidia (/dev/nvidiactl)');
  }
  return { names: inOrder(chosen), notes };
}

/** Puts the isolators of the machine's controllers in the place of `cgroups/all`; those named besides are ignored. */
function expand(names: readonly string[], machine: Machine): Set<string> {
  if (!names.includes(ALL_CGROUPS)) return new Set(names);
  const others = names.filter((name) => !name.startsWith('cgroups/'));
  const available = ISOLATORS.filter(
    ({ name, needs }) => name.startsWith('cgroups/') && controllerLack(needs ?? {}, machine) === undefined,
  );
  // One that no controller is there for still tells why the machine cannot have it.
  const cgroups = available.length > 0 ? available.map(({ name }) => name) : ['cgroups/cpu'];
  return new Set([...others, ...cgroups]);
}

function lackOf({ needs = {} }: IsolatorRow, machine: Machine): string | undefined {
  if (needs.root && !machine.isRoot) return 'it needs root: start the agent as root, or leave it out';
  if (needs.runtime && 'missing' in machine.runtime)
    return `it needs an OCI runtime, and ${machine.runtime.missing}; leave it out to go on without`;
  return controllerLack(needs, machine);
}

function controllerLack({ v1 = [], v2 = [] }: IsolatorNeeds, machine: Machine): string | undefined {
  const { hierarchies, cgroupsHierarchy } = machine;
  if (hierarchies.version === 2 && v2 === 'none') return 'cgroups v2 have nothing of the kind: leave it out';
  const needed = hierarchies.version === 1 || v2 === 'none' ? v1 : v2;
  const absent = needed.find((name) => !hierarchies.controllers.has(name));
  return absent === undefined
    ? undefined
    : `the cgroup controller '${absent}' is not mounted in ${cgroupsHierarchy}: mount it, or leave the isolator out`;
}
