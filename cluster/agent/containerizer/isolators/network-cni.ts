/**
 * The isolator `network/cni`: containers join networks by plugins of CNI, each in a network namespace of its own (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/network/cni/cni.cpp).
 *
 * All is done before the container's process is made: the namespace, the interfaces in it, and the files that name them.
 */

import { chmodSync, existsSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerStatus, NetworkInfo, ResourceStatistics } from '../../../api/generated/mesos';
import { errorText } from '../../../model/error-text';
import { makeFolder } from '../../../runtime/files/make-folder';
import type { Logger } from '../../../runtime/log';
import { attach, detach } from '../network/attach';
import { checkStart, networkFolders } from '../network/check-start';
import { findNetwork, type NetworkFolders, readNetworks } from '../network/configured-networks';
import type { ContainerDns } from '../network/container-dns';
import { CNI_FOLDER, ContainerFolder } from '../network/container-folder';
import { namespaceStatistics } from '../network/interface-statistics';
import { type Attachment, joinedNetworks, networksError } from '../network/joined-networks';
import { isNamespace, Namespaces } from '../network/namespaces';
import { containerChanges } from '../network/network-changes';
import {
  type AttachedNetwork,
  containerAddress,
  hostnameOf,
  hostsText,
  resolvConfText,
  resolvers,
} from '../network/network-files';
import { locked, type RunProgram, runProgram } from '../network/run-program';
import { withNetworkInfo } from '../network/steps';
import { runFolder } from '../run-folder';
import type { IsolatorContext } from './context';
import type { Changes, ContainerRun, Isolator } from './isolator';

export interface NetworkCniOptions {
  /** Undefined without the flags: then no container can join a network. */
  readonly folders: NetworkFolders | undefined;
  /** The folder that has those of containers: CNI_FOLDER below `--runtime_dir`, or below `--work_dir` to outlive a reboot. */
  readonly root: string;
  /** True for the id of a container that has a run folder. */
  readonly isKnown: (containerId: string) => boolean;
  readonly defaultDns: ContainerDns;
  /** True when statistics have the traffic of containers. */
  readonly hasMetrics: boolean;
  readonly log: Logger;
  readonly run?: RunProgram;
}

/** The isolator of an agent. */
export function networkCniOf({ config, runtimeDir, workDir, log }: IsolatorContext): Isolator {
  return networkCni({
    folders: networkFolders(config.network_cni_config_dir, config.network_cni_plugins_dir),
    root: join(config.network_cni_root_dir_persist ? workDir : runtimeDir, CNI_FOLDER),
    isKnown: (containerId) => existsSync(runFolder(runtimeDir, containerId)),
    defaultDns: config.default_container_dns,
    hasMetrics: config.network_cni_metrics,
    log,
  });
}

/** Throws a StartError with what is missing. */
export function networkCni(options: NetworkCniOptions): Isolator {
  const { folders } = options;
  if (!folders) return withoutNetworks();
  checkStart(folders, options.log);
  makeFolder(options.root);
  return new NetworkCni({ ...options, folders, root: realpathSync(options.root) });
}

function withoutNetworks(): Isolator {
  const text = 'this agent has neither --network_cni_config_dir nor --network_cni_plugins_dir';
  return {
    name: 'network/cni',
    needsRuntime: false,
    refusal: (spec) => {
      const joined = joinedNetworks(spec);
      if (joined.kind !== 'own') return networksError(spec);
      return `Unknown CNI network '${joined.attachments[0]?.network ?? ''}': ${text}`;
    },
  };
}

type Options = NetworkCniOptions & { readonly folders: NetworkFolders };

class NetworkCni implements Isolator {
  readonly name = 'network/cni';
  readonly needsRuntime = false;
  private readonly program: RunProgram;
  private readonly namespaces: Namespaces;
  /** The end of the cleanup after containers that nobody knows any more. */
  private readonly begun: Promise<void>;

  constructor(private readonly options: Options) {
    this.program = options.run ?? runProgram;
    this.namespaces = new Namespaces(options.root, this.program);
    this.begun = this.cleanUpUnknown();
  }

  readonly refusal = networksError;

  /** A container in the networks of its parent has the files of it, too. */
  async prepare(run: ContainerRun): Promise<Changes> {
    await this.begun;
    const joined = joinedNetworks(run.spec);
    if (joined.kind === 'own') return await this.join(run, joined.attachments);
    const owner = this.ownerOf(run);
    return owner === undefined ? {} : this.changesIn(owner);
  }

  private async join(run: ContainerRun, attachments: readonly Attachment[]): Promise<Changes> {
    const { containerId } = run.spec;
    const configured = readNetworks(this.options.folders);
    const networks = attachments.map((attachment) => ({
      attachment,
      network: withNetworkInfo(findNetwork(attachment.network, configured), attachment.info),
    }));
    const folder = this.folderOf(containerId);
    folder.make();
    if (!isNamespace(folder.namespace)) await this.namespaces.make(folder);
    const attached: AttachedNetwork[] = [];
    for (const { attachment, network } of networks) {
      const result =
        folder.result(attachment) ??
        (await attach({ ...attachment, containerId, folder }, network, this.deps()));
      attached.push({ network: network.name, result });
    }
    this.writeFiles(run, attached);
    return this.changesIn(run);
  }

  private writeFiles({ spec }: ContainerRun, networks: readonly AttachedNetwork[]): void {
    const folder = this.folderOf(spec.containerId);
    const hostname = hostnameOf(spec.containerId, spec.container?.hostname);
    const write = (name: Parameters<ContainerFolder['file']>[0], text: string): void => {
      writeFileSync(folder.file(name), text);
      // The umask of the agent does not limit it: everybody in the container may read it.
      chmodSync(folder.file(name), 0o644);
    };
    write('hostname', `${hostname}\n`);
    write('hosts', hostsText(hostname, networks));
    const dns = resolvers(networks, this.options.defaultDns);
    if (dns) write('resolv.conf', resolvConfText(dns));
  }

  /** The changes of a container that is in the namespace of this one. */
  private changesIn({ spec }: ContainerRun): Changes {
    const folder = this.folderOf(spec.containerId);
    const resolvConf = [folder.file('resolv.conf'), '/etc/resolv.conf'].find(existsSync);
    return containerChanges({
      namespace: folder.namespace,
      hostname: hostnameOf(spec.containerId, spec.container?.hostname),
      address: containerAddress(this.attached(spec.containerId)),
      files: { hosts: folder.file('hosts'), hostname: folder.file('hostname'), resolvConf },
    });
  }

  async usage({ spec }: ContainerRun, pids: readonly number[]): Promise<Partial<ResourceStatistics>> {
    const folder = this.folderOf(spec.containerId);
    if (!this.options.hasMetrics || !isNamespace(folder.namespace)) return {};
    const interfaces = folder.interfaces().map(({ interfaceName }) => interfaceName);
    return namespaceStatistics(folder.namespace, pids, interfaces) ?? {};
  }

  async status(run: ContainerRun): Promise<Partial<ContainerStatus>> {
    const owner = this.ownerOf(run);
    if (!owner) return {};
    const joined = joinedNetworks(owner.spec);
    const infos = joined.kind === 'own' ? joined.attachments.map(({ info }) => info) : [];
    const attached = this.attached(owner.spec.containerId);
    const network_infos = infos.flatMap((info) => {
      const network = attached.find((candidate) => candidate.network === info.name);
      return network ? [withAddresses(info, network)] : [];
    });
    return network_infos.length === 0 ? {} : { network_infos };
  }

  /** Detaches what was attached, in reverse, and removes the namespace; also what an earlier run has left half done. */
  async cleanup({ spec }: ContainerRun): Promise<void> {
    await this.begun;
    await this.cleanUpContainer(spec.containerId);
  }

  private async cleanUpContainer(containerId: string): Promise<void> {
    const folder = this.folderOf(containerId);
    if (!folder.exists) return;
    // Programs that an agent has started that was killed since end first.
    await this.program(locked(folder.lock, { file: 'true', arguments: [] }));
    const reasons: string[] = [];
    for (const attachment of [...folder.interfaces()].reverse()) {
      try {
        await detach({ ...attachment, containerId, folder }, this.deps());
      } catch (error) {
        reasons.push(errorText(error));
      }
    }
    if (reasons.length > 0) throw new Error(reasons.join('\n'));
    await this.namespaces.remove(folder);
  }

  /** After a reboot, and with `--network_cni_root_dir_persist`, there may be containers without a run folder. */
  private async cleanUpUnknown(): Promise<void> {
    const { root, isKnown, log } = this.options;
    const unknown = readdirSync(root).filter((containerId) => !isKnown(containerId));
    for (const containerId of unknown) {
      try {
        log.info({ container: containerId }, 'networks of an unknown container are cleaned up');
        await this.cleanUpContainer(containerId);
      } catch (error) {
        log.error({ container: containerId, error: errorText(error) }, 'networks could not be cleaned up');
      }
    }
    await this.namespaces.unshareWhenUnused().catch(() => undefined);
  }

  /** The container whose networks this one has: itself, or the nearest around it with networks of its own. */
  private ownerOf(run: ContainerRun): ContainerRun | undefined {
    const { kind } = joinedNetworks(run.spec);
    if (kind === 'own') return run;
    return kind === 'parent' && run.parent ? this.ownerOf(run.parent) : undefined;
  }

  private attached(containerId: string): readonly AttachedNetwork[] {
    const folder = this.folderOf(containerId);
    if (!folder.exists) return [];
    return folder.interfaces().flatMap((attachment) => {
      const result = folder.result(attachment);
      return result ? [{ network: attachment.network, result }] : [];
    });
  }

  private folderOf(containerId: string): ContainerFolder {
    return new ContainerFolder(this.options.root, containerId);
  }

  private deps(): { readonly run: RunProgram; readonly pluginsDir: string } {
    return { run: this.program, pluginsDir: this.options.folders.pluginsDir };
  }
}

/** The request of a container, with the addresses that it has got. */
function withAddresses(info: NetworkInfo, { result }: AttachedNetwork): NetworkInfo {
  return {
    ...info,
    ip_addresses: result.addresses.map(({ protocol, address }) => ({ protocol, ip_address: address })),
  };
}
