/**
 * Makes the isolators of `--isolation`, in their order, with those that are on without a name.
 */

import { StartError } from '../../../runtime/lifecycle';
import { type Machine, selectIsolators } from '../isolation';
import { idleFlags } from '../isolation-flags';
import { checkSecretFolder } from '../secrets/secret-folder';
import { cgroupFolders } from './cgroup-folders';
import { cgroupsBlkio } from './cgroups-blkio';
import { cgroupsCpu } from './cgroups-cpu';
import { cgroupsDevices } from './cgroups-devices';
import { cgroupsMem } from './cgroups-mem';
import { cgroupsNetCls } from './cgroups-net-cls';
import { cgroupsPids } from './cgroups-pids';
import { placedIn } from './cgroups-placed';
import type { IsolatorContext } from './context';
import { diskDu } from './disk-du';
import { dockerRuntime } from './docker-runtime';
import { dockerVolume } from './docker-volume';
import { environmentSecret } from './environment-secret';
import { filesystemLinux, filesystemPosix } from './filesystem';
import { gpuNvidia } from './gpu-nvidia';
import { hostname } from './hostname';
import type { Isolator } from './isolator';
import { linuxCapabilities } from './linux-capabilities';
import { linuxDevices } from './linux-devices';
import { linuxNnp } from './linux-nnp';
import { linuxSeccomp } from './linux-seccomp';
import { ipcIsolator } from './namespaces-ipc';
import { pidIsolator } from './namespaces-pid';
import { networkCniOf } from './network-cni';
import { networkPorts } from './network-ports';
import { posixRlimits } from './posix-rlimits';
import { posixCpu, posixMem } from './posix-usage';
import { unmetAsks } from './unmet-asks';
import { volumeHostPath } from './volume-host-path';
import { volumeImage } from './volume-image';
import { volumeSandboxPath } from './volume-sandbox-path';
import { volumeSecret } from './volume-secret';

type MakeIsolator = (context: IsolatorContext) => Isolator;

/** A row for each name of `isolation.ts` that has something to do. */
export const MAKERS: ReadonlyMap<string, MakeIsolator> = new Map<string, MakeIsolator>([
  ['filesystem/posix', filesystemPosix],
  ['filesystem/linux', filesystemLinux],
  ['posix/cpu', posixCpu],
  ['posix/mem', posixMem],
  ['posix/rlimits', posixRlimits],
  ['cgroups/blkio', cgroupsBlkio],
  ['cgroups/cpu', cgroupsCpu],
  ['cgroups/cpuset', () => placedIn('cgroups/cpuset')],
  ['cgroups/devices', cgroupsDevices],
  ['cgroups/hugetlb', () => placedIn('cgroups/hugetlb')],
  ['cgroups/mem', cgroupsMem],
  ['cgroups/net_cls', cgroupsNetCls],
  ['cgroups/net_prio', () => placedIn('cgroups/net_prio')],
  ['cgroups/perf_event', () => placedIn('cgroups/perf_event')],
  ['cgroups/pids', cgroupsPids],
  ['docker/runtime', dockerRuntime],
  ['linux/devices', linuxDevices],
  ['linux/capabilities', linuxCapabilities],
  ['linux/nnp', linuxNnp],
  ['namespaces/ipc', namespacesIpc],
  ['namespaces/pid', namespacesPid],
  ['volume/sandbox_path', volumeSandboxPath],
  ['docker/volume', dockerVolume],
  ['volume/host_path', volumeHostPath],
  ['volume/image', volumeImage],
  ['volume/secret', volumeSecret],
  ['disk/du', diskDu],
  ['linux/seccomp', linuxSeccomp],
  ['gpu/nvidia', gpuNvidia],
  ['network/cni', networkCniOf],
  ['network/ports', networkPorts],
  ['environment_secret', environmentSecret],
]);

function namespacesIpc({ config }: IsolatorContext): Isolator {
  return ipcIsolator({
    disallowSharingAgent: config.disallow_sharing_agent_ipc_namespace,
    defaultShmBytes: config.default_container_shm_size,
  });
}

function namespacesPid({ config }: IsolatorContext): Isolator {
  return pidIsolator({ disallowSharingAgent: config.disallow_sharing_agent_pid_namespace });
}

/** The isolators for a machine. Throws a StartError with the first one that it cannot have. */
export function makeIsolators(
  { config, ...others }: Omit<IsolatorContext, 'isolation' | 'hierarchies' | 'hasRuntime'>,
  machine: Machine,
): readonly Isolator[] {
  const selection = selectIsolators(namesOf(config), machine);
  if ('error' in selection) throw new StartError(`--isolation: ${selection.error}`);
  const idle = idleFlags(config, selection.names);
  for (const text of [...config.isolation.warnings, ...selection.notes, ...idle])
    others.log.warn({ flag: 'isolation' }, text);
  checkSecretFolder(config.secrets_dir);
  const hasRuntime = 'path' in machine.runtime;
  const context: IsolatorContext = {
    config,
    ...others,
    isolation: selection.names,
    hierarchies: machine.hierarchies,
    hasRuntime,
  };
  const named = selection.names.flatMap((name) => MAKERS.get(name)?.(context) ?? []);
  const always = hasRuntime ? [unmetAsks(context), cgroupFolders(context), hostname()] : [unmetAsks(context)];
  return [...always, ...named];
}

/** The flags of networks turn network/cni on, as in the original. */
function namesOf({ isolation, ...flags }: IsolatorContext['config']): readonly string[] {
  const hasNetworks = Boolean(flags.network_cni_config_dir) || Boolean(flags.network_cni_plugins_dir);
  return hasNetworks ? [...new Set([...isolation.names, 'network/cni'])] : isolation.names;
}
