/**
 * A host of its own for tests of networks: a network namespace in which the programs of the isolator run, so that bridges and
 * rules of iptables are gone with it.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { ContainerRun, Isolator } from '../../../../../cluster/agent/containerizer/isolators/isolator';
import {
  type NetworkCniOptions,
  networkCni,
} from '../../../../../cluster/agent/containerizer/isolators/network-cni';
import { findPlugin } from '../../../../../cluster/agent/containerizer/network/configured-networks';
import { NO_DNS } from '../../../../../cluster/agent/containerizer/network/container-dns';
import {
  type RunProgram,
  runProgram,
  searchPath,
} from '../../../../../cluster/agent/containerizer/network/run-program';
import type { ContainerInfo } from '../../../../../cluster/api/generated/mesos';
import { silentLogger } from '../../../../../cluster/runtime/log';

export const PLUGINS = '/usr/lib/cni';

/** True on a machine that has all that the tests need. */
export const hasPlugins =
  process.getuid?.() === 0 &&
  ['bridge', 'host-local', 'portmap', 'ptp'].every((name) => existsSync(join(PLUGINS, name))) &&
  ['ip', 'iptables', 'nsenter', 'unshare', 'flock', 'curl'].every((name) => findPlugin(name, searchPath()));

export class Host {
  readonly folder = mkdtempSync(join(tmpdir(), 'meseta-cni-'));
  readonly configDir = join(this.folder, 'config');
  readonly root = join(this.folder, 'run/isolators/network/cni');
  private readonly name = basename(this.folder);
  private readonly children = new Set<ReturnType<typeof spawn>>();
  private readonly servers = new Set<Server>();
  /** Ids of containers that have a run folder. */
  readonly known = new Set<string>();

  constructor() {
    mkdirSync(this.configDir);
    execFileSync('ip', ['netns', 'add', this.name]);
    this.do('ip', 'link', 'set', 'lo', 'up');
  }

  /** Runs a program on the host. */
  do(file: string, ...args: readonly string[]): string {
    return execFileSync('nsenter', [...this.entry(), file, ...args], { encoding: 'utf8', stdio: 'pipe' });
  }

  /** A command by which a program runs on the host. */
  command(file: string, ...args: readonly string[]): readonly string[] {
    return ['nsenter', ...this.entry(), file, ...args];
  }

  /** Starts a program on the host. */
  start(file: string, ...args: readonly string[]): ChildProcess {
    return spawn('nsenter', [...this.entry(), file, ...args], { stdio: 'ignore' });
  }

  /** A port of this process that leads to a port of the host, by a socket in the folder of the test. */
  async relay(port: number): Promise<number> {
    const path = join(this.folder, `relay-${port}`);
    const code = `const net = require('node:net');
      net.createServer((socket) => {
        const other = net.connect(${port}, '127.0.0.1');
        for (const end of [socket, other]) end.on('error', () => undefined);
        socket.pipe(other).pipe(socket);
      }).listen('${path}', () => console.log('up'))`;
    const [file = '', ...args] = this.command(process.execPath, '-e', code);
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.children.add(child);
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    const server = createServer((socket) => {
      const other = connect(path);
      for (const end of [socket, other]) end.on('error', () => undefined);
      socket.pipe(other).pipe(socket);
    }).listen(0, '127.0.0.1');
    this.servers.add(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  private entry(): string[] {
    return [`--net=/run/netns/${this.name}`];
  }

  configure(file: string, configuration: object): void {
    writeFileSync(join(this.configDir, file), JSON.stringify(configuration));
  }

  /** A network with a bridge and mapped ports, as the README of the containerizer has it. */
  configureBridge(name: string, bridge: string, subnet: string): void {
    this.configure(`${name}.conflist`, {
      cniVersion: '0.4.0',
      name,
      plugins: [
        { type: 'bridge', bridge, isGateway: true, ipMasq: true, ipam: this.ipam(subnet) },
        { type: 'portmap', capabilities: { portMappings: true } },
      ],
    });
  }

  /** The addresses that a network gives out are kept in the folder of the test. */
  ipam(subnet: string): object {
    const routes = [{ dst: '0.0.0.0/0' }];
    return { type: 'host-local', dataDir: join(this.folder, 'ipam'), subnet, routes };
  }

  /** An isolator as an agent makes one at its start. */
  isolator(options: Partial<NetworkCniOptions> = {}): Isolator {
    return networkCni({
      folders: { configDir: this.configDir, pluginsDir: PLUGINS },
      root: this.root,
      isKnown: (containerId) => this.known.has(containerId),
      defaultDns: NO_DNS,
      hasMetrics: true,
      log: silentLogger,
      run: this.run,
      ...options,
    });
  }

  /** Runs a program of an isolator on the host. */
  readonly run: RunProgram = (program) =>
    runProgram({
      ...program,
      file: 'nsenter',
      arguments: [...this.entry(), program.file, ...program.arguments],
    });

  container(containerId: string, container: Partial<ContainerInfo>, parent?: ContainerRun): ContainerRun {
    this.known.add(containerId);
    return {
      folder: join(this.folder, containerId),
      cgroup: '/none',
      parent,
      spec: {
        containerId,
        parent: parent?.spec.containerId,
        frameworkId: 'f',
        executorId: 'e',
        directory: this.folder,
        user: undefined,
        command: undefined,
        environment: {},
        container: { type: 'MESOS', ...container },
        resources: [],
        limits: {},
      },
    };
  }

  namespaceOf({ spec }: ContainerRun): string {
    return join(this.root, spec.containerId, 'ns');
  }

  /** A process in the network of a container that answers HTTP at a port. Resolves to its pid. */
  async serve(run: ContainerRun, port: number): Promise<number> {
    const code = `require('http').createServer((q, a) => a.end('${run.spec.containerId}')).listen(${port}, () => console.log('up'))`;
    const child = spawn('nsenter', [`--net=${this.namespaceOf(run)}`, process.execPath, '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.children.add(child);
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    return child.pid as number;
  }

  /** The answer to a request of the host. */
  fetch(url: string): string {
    return this.do('curl', '--silent', '--max-time', '5', url);
  }

  /** All that networks may leave on the host but for bridges and chains, which plugins leave. */
  leftovers(): string[] {
    const links = this.do('ip', '-o', 'link').split('\n');
    const rules = this.do('iptables', '-w', '-t', 'nat', '-S').split('\n');
    const addresses = existsSync(join(this.folder, 'ipam'))
      ? execFileSync('find', [join(this.folder, 'ipam'), '-name', '1*'], { encoding: 'utf8' }).split('\n')
      : [];
    const folders = existsSync(this.root)
      ? execFileSync('ls', [this.root], { encoding: 'utf8' }).split('\n')
      : [];
    return [
      ...this.mounts(),
      ...links.filter((line) => line.includes('veth')),
      ...rules.filter((line) => line.includes('--comment "') && / id: |container_id/.test(line)),
      ...addresses.filter(Boolean),
      ...folders.filter(Boolean),
    ];
  }

  /** The paths of mounts, the innermost first. */
  private mounts(): string[] {
    const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    const paths = lines
      .map((line) => line.split(' ')[4] ?? '')
      .filter((path) => path.startsWith(this.folder));
    return paths.reverse();
  }

  /** Ends the programs of the test itself. */
  async endPrograms(): Promise<void> {
    for (const server of this.servers) server.close();
    for (const child of this.children) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  }

  async close(): Promise<void> {
    await this.endPrograms();
    execFileSync('ip', ['netns', 'del', this.name]);
    for (const path of this.mounts()) execFileSync('umount', ['--lazy', path]);
    rmSync(this.folder, { recursive: true });
  }
}
