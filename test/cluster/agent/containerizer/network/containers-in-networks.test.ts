/**
 * Containers of the OCI runtime in networks of CNI, as root, on a host that the test makes for itself.
 */

import { existsSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { MesosContainerizer } from '../../../../../cluster/agent/containerizer/containerizer';
import type { Container } from '../../../../../cluster/agent/containerizer/port';
import { runFolder } from '../../../../../cluster/agent/containerizer/run-folder';
import { Place, runtime } from '../place';
import { Host, hasPlugins, PLUGINS } from './host';

const onMachine = hasPlugins && 'path' in runtime ? describe : describe.skip;

const serving = (port: number, text: string): string =>
  `exec ${process.execPath} -e "require('http').createServer((q, a) => a.end('${text}')).listen(${port})"`;

onMachine('containers in networks', () => {
  let host: Host;
  let place: Place;
  beforeEach(() => {
    host = new Host();
    place = new Place();
    host.configureBridge('web', 'tst0', '10.254.3.0/24');
  });
  afterEach(async () => {
    const left = host.leftovers();
    const folders = [join(place.runtimeDir, 'isolators/network/cni')].filter((folder) => existsSync(folder));
    await host.close();
    await place.close();
    expect(left).toEqual([]);
    expect(folders).toHaveLength(1);
  });

  /** A containerizer as an agent makes one at its start. */
  const start = (pluginsDir = PLUGINS): MesosContainerizer => {
    const root = join(place.runtimeDir, 'isolators/network/cni');
    const isKnown = (containerId: string): boolean => existsSync(runFolder(place.runtimeDir, containerId));
    return place.containerizer([
      host.isolator({ root, isKnown, folders: { configDir: host.configDir, pluginsDir } }),
    ]);
  };

  const networks = { type: 'MESOS', network_infos: [{ name: 'web' }] } as const;
  const answer = async (url: string): Promise<string> => {
    for (let attempt = 0; ; attempt++)
      try {
        return host.fetch(url);
      } catch (error) {
        if (attempt > 600) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
  };
  const output = async (container: Container, command: string): Promise<number | undefined> => {
    const running = await container.exec({
      file: '/bin/sh',
      arguments: ['sh', '-c', command],
      environment: {},
    });
    const ended = await running.ended;
    return 'code' in ended ? ended.code : undefined;
  };

  it('a task answers at its address and at a port of the host, also after kill -9 of the agent', async () => {
    const info = { name: 'web', port_mappings: [{ host_port: 18080, container_port: 80 }] };
    const spec = place.spec(`hostname; cat /etc/hosts /etc/hostname; ${serving(80, 'hello')}`, {
      container: { type: 'MESOS', hostname: 'front', network_infos: [info] },
    });
    const container = await start().launch(spec);
    expect(await answer('http://10.254.3.2')).toBe('hello');
    expect(host.fetch('http://127.0.0.1:18080')).toBe('hello');
    expect(place.output(spec)).toBe('front\n127.0.0.1 localhost\n10.254.3.2 front\nfront\n');
    expect(await output(container, 'exec curl --silent --fail http://127.0.0.1')).toBe(0);

    const restarted = start();
    const [adopted] = await restarted.recover([spec.containerId]);
    expect(adopted?.pid).toBe(container.pid);
    expect(host.fetch('http://127.0.0.1:18080')).toBe('hello');
    const status = await adopted?.status();
    expect(status?.network_infos).toEqual([
      { ...info, ip_addresses: [{ protocol: 'IPv4', ip_address: '10.254.3.2' }] },
    ]);
    expect(Number((await adopted?.usage())?.net_rx_bytes)).toBeGreaterThan(500);
    await restarted.destroy(spec.containerId);
  });

  it('the containers of a group share the networks of the one around them, unless they have their own', async () => {
    const containerizer = start();
    const parent = place.spec(undefined, { container: networks });
    await containerizer.launch(parent);
    const nestedIn = (name: string, value: string, container?: typeof networks) =>
      place.spec(value, {
        containerId: `${parent.containerId}.${name}`,
        parent: parent.containerId,
        directory: join(parent.directory, 'containers', name),
        container,
      });
    const server = nestedIn('server', serving(8080, 'shared'));
    const first = await containerizer.launch(server);
    const client = await containerizer.launch(nestedIn('client', 'sleep 100'));
    const other = await containerizer.launch(nestedIn('other', serving(8080, 'own'), networks));
    expect(await answer('http://10.254.3.2:8080')).toBe('shared');
    expect(await answer('http://10.254.3.3:8080')).toBe('own');
    expect(await output(client, 'exec curl --silent --fail http://127.0.0.1:8080')).toBe(0);
    const namespaces = [first, client, other].map(({ pid }) => readlinkSync(`/proc/${pid}/ns/net`));
    expect(namespaces[1]).toBe(namespaces[0]);
    expect(namespaces[2]).not.toBe(namespaces[0]);
    expect((await client.status()).network_infos?.[0]?.ip_addresses?.[0]?.ip_address).toBe('10.254.3.2');
    await containerizer.destroy(parent.containerId);
  });

  it('what a plugin cannot detach is detached at the next start of the agent', async () => {
    const pluginsDir = join(host.folder, 'plugins');
    const plugins = ['bridge', 'portmap', 'host-local'];
    const install = (): void => {
      mkdirSync(pluginsDir);
      for (const name of plugins) symlinkSync(join(PLUGINS, name), join(pluginsDir, name));
    };
    install();
    const spec = place.spec('sleep 100', { container: networks });
    const containerizer = start(pluginsDir);
    await containerizer.launch(spec);
    rmSync(pluginsDir, { recursive: true });
    await containerizer.destroy(spec.containerId);
    const interfaces = (): number => host.do('ip', '-o', 'link').match(/veth/g)?.length ?? 0;
    expect(interfaces()).toBe(1);
    install();
    const restarted = start(pluginsDir);
    await restarted.recover([]);
    const next = place.spec('sleep 100', { container: networks });
    await restarted.launch(next);
    expect(interfaces()).toBe(1);
    await restarted.destroy(next.containerId);
  });

  it('a launch whose plugin fails leaves nothing, and tells the reason', async () => {
    host.configure('full.conf', {
      name: 'full',
      type: 'bridge',
      bridge: 'tst1',
      ipam: { ...host.ipam('10.254.4.0/30'), rangeStart: '10.254.4.2', rangeEnd: '10.254.4.2' },
    });
    const containerizer = start();
    const container = { type: 'MESOS', network_infos: [{ name: 'web' }, { name: 'full' }] } as const;
    const first = place.spec('sleep 100', { container });
    await containerizer.launch(first);
    const second = place.spec('sleep 100', { container });
    await expect(containerizer.launch(second)).rejects.toThrow(
      /The CNI plugin '.*bridge' failed to attach container c2 to CNI network 'full': .*no IP addresses available/,
    );
    await containerizer.destroy(first.containerId);
  });
});
