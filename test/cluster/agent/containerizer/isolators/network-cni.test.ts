import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../../../../../cluster/agent/containerizer/isolation';
import type { Changes } from '../../../../../cluster/agent/containerizer/isolators/isolator';
import { makeIsolators } from '../../../../../cluster/agent/containerizer/isolators/make-isolators';
import type {
  Program,
  ProgramEnd,
  RunProgram,
} from '../../../../../cluster/agent/containerizer/network/run-program';
import { StartError } from '../../../../../cluster/runtime/lifecycle';
import { Host, hasPlugins } from '../network/host';
import { configOf, contextOf, specOf } from './builders';

const machine: Machine = {
  isRoot: true,
  runtime: { path: '/usr/sbin/runc' },
  hierarchies: { version: 1, controllers: new Map(), folders: [] },
  hasGpu: false,
  cgroupsHierarchy: '/cg',
};
const BOTH = ['--network_cni_config_dir=/dev/null/cni', '--network_cni_plugins_dir=/usr/lib/cni'];

describe('the start', () => {
  it.each<[string, readonly string[], Partial<Machine>, RegExp]>([
    ['without root', BOTH, { isRoot: false }, /^--isolation: .*'network\/cni': it needs root/],
    [
      'without a runtime',
      BOTH,
      { runtime: { missing: 'runc is not installed' } },
      /^--isolation: .*'network\/cni': it needs an OCI runtime/,
    ],
    ['with one flag', BOTH.slice(0, 1), {}, /^Missing required '--network_cni_plugins_dir' flag$/],
    ['with the other flag', BOTH.slice(1), {}, /^Missing required '--network_cni_config_dir' flag$/],
    ['without the folder', BOTH, {}, /configuration directory '\/dev\/null\/cni' does not exist$/],
  ])('%s is refused with the reason', (_name, flags, change, reason) => {
    const start = () => makeIsolators(contextOf({ config: configOf(...flags) }), { ...machine, ...change });
    expect(start).toThrow(reason);
    expect(start).toThrow(StartError);
  });

  it('with the name alone goes on, and containers that join a network are refused', () => {
    const config = configOf('--isolation=network/cni');
    const isolators = makeIsolators(contextOf({ config }), machine);
    const isolator = isolators.find(({ name }) => name === 'network/cni');
    const refusal = isolator?.refusal?.(
      specOf({ container: { type: 'MESOS', network_infos: [{ name: 'web' }] } }),
    );
    expect(refusal).toMatch(/^Unknown CNI network 'web': this agent has neither --network_cni_config_dir/);
    expect(isolator?.refusal?.(specOf({}))).toBeUndefined();
  });
});

const withPlugins = hasPlugins ? describe : describe.skip;

withPlugins('network/cni with the plugins of CNI, as root', () => {
  let host: Host;
  beforeEach(() => {
    host = new Host();
  });
  afterEach(async () => {
    const left = host.leftovers();
    await host.close();
    expect(left).toEqual([]);
  });

  const bridge = (subnet: string, name: string) => ({
    type: 'bridge',
    bridge: name,
    isGateway: true,
    ipMasq: true,
    ipam: host.ipam(subnet),
  });

  it('attaches a container to a bridge, where it answers at its address and at a port of the host', async () => {
    host.configure('web.conflist', {
      cniVersion: '0.4.0',
      name: 'web',
      plugins: [bridge('10.254.1.0/24', 'tst0'), { type: 'portmap', capabilities: { portMappings: true } }],
    });
    const isolator = host.isolator();
    const mapping = { host_port: 18080, container_port: 8080, protocol: 'TCP' };
    const run = host.container('c1', { network_infos: [{ name: 'web', port_mappings: [mapping] }] });
    const changes = (await isolator.prepare?.(run)) as Changes;
    expect((await isolator.prepare?.(run))?.mounts).toEqual(changes.mounts);
    expect(changes.environment).toEqual({ LIBPROCESS_IP: '0.0.0.0', MESOS_CONTAINER_IP: '10.254.1.2' });

    const pid = await host.serve(run, 8080);
    expect(host.fetch('http://10.254.1.2:8080')).toBe('c1');
    expect(host.fetch('http://10.254.1.1:18080')).toBe('c1');
    expect(host.fetch('http://127.0.0.1:18080')).toBe('c1');

    expect(await isolator.status?.(run)).toEqual({
      network_infos: [
        {
          name: 'web',
          port_mappings: [mapping],
          ip_addresses: [{ protocol: 'IPv4', ip_address: '10.254.1.2' }],
        },
      ],
    });
    const usage = await isolator.usage?.(run, [process.pid, pid]);
    expect(Number(usage?.net_rx_packets)).toBeGreaterThan(3);
    expect(Number(usage?.net_tx_bytes)).toBeGreaterThan(100);
    expect(readFileSync(join(host.root, 'c1/hosts'), 'utf8')).toBe('127.0.0.1 localhost\n10.254.1.2 c1\n');
    await isolator.cleanup?.(run);
    await isolator.cleanup?.(run);
  });

  it('attaches a container to two networks, and one nested in it shares them', async () => {
    host.configure('a.conf', { name: 'a', ...bridge('10.254.1.0/24', 'tst0') });
    host.configure('b.conf', {
      cniVersion: '0.3.1',
      name: 'b',
      type: 'ptp',
      ipam: host.ipam('10.254.2.0/24'),
    });
    const isolator = host.isolator();
    const run = host.container('c1', { hostname: 'both', network_infos: [{ name: 'b' }, {}, { name: 'a' }] });
    const changes = (await isolator.prepare?.(run)) as Changes;
    expect(changes.environment?.['MESOS_CONTAINER_IP']).toBe('10.254.2.2');
    const infos = (await isolator.status?.(run))?.network_infos ?? [];
    expect(infos.map(({ name, ip_addresses }) => [name, ip_addresses?.[0]?.ip_address])).toEqual([
      ['b', '10.254.2.2'],
      ['a', '10.254.1.2'],
    ]);
    await host.serve(run, 8080);
    expect(host.fetch('http://10.254.1.2:8080')).toBe('c1');
    expect(host.fetch('http://10.254.2.2:8080')).toBe('c1');

    const nested = host.container('c1.n', {}, run);
    const shared = (await isolator.prepare?.(nested)) as Changes;
    expect(shared.environment?.['MESOS_CONTAINER_IP']).toBe('10.254.2.2');
    expect(shared.mounts).toEqual(changes.mounts);
    expect((await isolator.status?.(nested))?.network_infos).toEqual(infos);
    await isolator.cleanup?.(nested);
    expect(host.fetch('http://10.254.1.2:8080')).toBe('c1');
    await isolator.cleanup?.(run);
  });

  it('maps ports of a configuration for mesos-cni-port-mapper by rules of iptables', async () => {
    host.configure('mapped.json', {
      name: 'mapped',
      type: 'mesos-cni-port-mapper',
      excludeDevices: ['tst0'],
      chain: 'MESOS-TEST',
      delegate: bridge('10.254.1.0/24', 'tst0'),
    });
    const isolator = host.isolator();
    const info = (host_port: number) => ({
      name: 'mapped',
      port_mappings: [{ host_port, container_port: 8080 }],
    });
    const first = host.container('c1', { network_infos: [info(18080)] });
    const second = host.container('c1-b', { network_infos: [info(18081)] });
    await Promise.all([isolator.prepare?.(first), isolator.prepare?.(second)]);
    await host.serve(first, 8080);
    await host.serve(second, 8080);
    expect(host.fetch('http://10.254.1.1:18080')).toBe('c1');
    expect(host.fetch('http://10.254.1.1:18081')).toBe('c1-b');
    await isolator.cleanup?.(first);
    expect(host.fetch('http://10.254.1.1:18081')).toBe('c1-b');
    await isolator.cleanup?.(second);
  });

  it('tells the reason of a plugin that fails, and leaves nothing of half an ADD', async () => {
    host.configure('bad.conflist', {
      cniVersion: '0.4.0',
      name: 'bad',
      plugins: [bridge('10.254.1.0/24', 'tst0'), { type: 'tuning', sysctl: { 'net.none': '1' } }],
    });
    const isolator = host.isolator();
    const run = host.container('c1', { network_infos: [{ name: 'bad' }] });
    await expect(isolator.prepare?.(run)).rejects.toThrow(
      "The CNI plugin '/usr/lib/cni/tuning' failed to attach container c1 to CNI network 'bad': open /proc/sys/net/none: no such file or directory (code 999)",
    );
    await isolator.cleanup?.(run);
  });

  it('refuses a network that is not there with the list, and finds one that was added later', async () => {
    host.configure('a.conf', { name: 'a', ...bridge('10.254.1.0/24', 'tst0') });
    writeFileSync(join(host.configDir, 'b.conf'), '{');
    const isolator = host.isolator();
    const run = host.container('c1', { network_infos: [{ name: 'later' }] });
    await expect(isolator.prepare?.(run)).rejects.toThrow(
      /^Unknown CNI network 'later': there are a; skipped: CNI network configuration file '.*\/b.conf': JSON parse failed: /,
    );
    host.configure('later.conf', { name: 'later', ...bridge('10.254.1.0/24', 'tst0') });
    await isolator.prepare?.(run);
    rmSync(join(host.configDir, 'later.conf'));
    await isolator.cleanup?.(run);
  });

  it('cleans up at the start what nobody knows any more, such as after a reboot without its namespace', async () => {
    host.configure('a.conf', { name: 'a', ...bridge('10.254.1.0/24', 'tst0') });
    const before = host.isolator();
    const run = host.container('c1', { network_infos: [{ name: 'a' }] });
    await before.prepare?.(run);
    host.do('umount', host.namespaceOf(run));
    // Without the namespace the plugin leaves its rules, which a reboot takes away.
    host.do('iptables', '-w', '-t', 'nat', '-F');
    host.known.delete('c1');
    const after = host.isolator();
    await after.cleanup?.(host.container('other', {}));
    expect(existsSync(join(host.root, 'c1'))).toBe(false);
  });

  it('leaves nothing when the agent is killed at any program of a launch or of a cleanup', async () => {
    host.configure('web.conflist', {
      cniVersion: '0.4.0',
      name: 'web',
      plugins: [bridge('10.254.1.0/24', 'tst0'), { type: 'portmap', capabilities: { portMappings: true } }],
    });
    const mapping = { host_port: 18080, container_port: 8080 };
    for (const isStarted of [false, true])
      for (let count = 0; ; count++) {
        const run = host.container(`c${isStarted}${count}`, {
          network_infos: [{ name: 'web', port_mappings: [mapping] }],
        });
        const life = new KilledAt(count, isStarted);
        const killed = host.isolator({ run: (program) => life.run(program, host.run) });
        const lived = (async () => {
          await killed.prepare?.(run);
          await killed.cleanup?.(run);
        })();
        await Promise.race([lived, life.over]);
        await host.isolator().cleanup?.(run);
        expect({ isStarted, count, left: host.leftovers() }).toEqual({ isStarted, count, left: [] });
        if (!life.isOver) break;
      }
  });
});

/** The life of an agent that is killed at one of its programs, which may have been started just before. */
class KilledAt {
  isOver = false;
  readonly over: Promise<void>;
  private end: () => void = () => undefined;

  constructor(
    private count: number,
    private readonly isStarted: boolean,
  ) {
    this.over = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  run(program: Program, run: RunProgram): Promise<ProgramEnd> {
    if (this.count-- !== 0) return run(program);
    this.isOver = true;
    if (this.isStarted) void run(program);
    this.end();
    return new Promise(() => undefined);
  }
}
