/**
 * Real resolvers as clients: unbound that forwards the domain to us, and the C library through its own resolv.conf.
 */

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../cluster/runtime/clock';
import { parseFlags } from '../../cluster/runtime/config/flags';
import { silentLogger } from '../../cluster/runtime/log';
import { dnsFlags, readDnsConfig } from '../../dns/config';
import { startDns } from '../../dns/main';
import { FakeMaster } from '../dns/fake-master';
import { agent, framework, getState, task, taskUpdated } from '../dns/v1';
import { eventually } from './eventually';
import { freePort } from './masters';

const run = promisify(execFile);
const undo: (() => Promise<void> | void)[] = [];
afterAll(async () => {
  for (const stop of undo.splice(0).reverse()) await stop();
});

async function start(listener: string, port: number, compat: string) {
  const many = Array.from({ length: 60 }, (_, index) =>
    task(`many.${index}`, { name: 'many', statuses: [at(`10.1.0.${index}`)] }),
  );
  const master = await FakeMaster.start({
    snapshot: getState({
      agents: [agent('x-S0', '10.0.0.2')],
      frameworks: [framework('f1', 'marathon')],
      tasks: [task('test', { name: 'web', statuses: [at('10.9.0.1')] }), ...many],
    }),
  });
  undo.push(() => master.die());
  const args = [
    ...[
      '--masters',
      `127.0.0.1:${master.port}`,
      '--listener',
      listener,
      '--port',
      String(port),
      '--http',
      'off',
    ],
    ...['--external', 'off', '--ttl', '1', '--compat', compat],
  ];
  const { flags } = parseFlags(dnsFlags, { command: 'dns', about: '', args, env: {} });
  const dns = await startDns(readDnsConfig(flags), { log: silentLogger, clock: systemClock() });
  undo.push(() => dns.stop());
  return { master, dns };
}

function at(address: string): object {
  const network_infos = [{ ip_addresses: [{ ip_address: address }] }];
  return { state: 'TASK_RUNNING', timestamp: 1, container_status: { network_infos } };
}

const UNBOUND = '/usr/sbin/unbound';
const describeUnbound = existsSync(UNBOUND) ? describe : describe.skip;

describeUnbound.each(['mesos-dns', 'standard'])(
  `unbound forwards to us${existsSync(UNBOUND) ? '' : ' (skipped: unbound is missing)'}, --compat %s`,
  (compat) => {
    let port = 0;
    let master: FakeMaster;
    beforeAll(async () => {
      const started = await start('127.0.0.1', 0, compat);
      master = started.master;
      port = await freePort();
      const folder = mkdtempSync(join(tmpdir(), 'unbound-'));
      undo.push(() => rmSync(folder, { recursive: true, force: true }));
      const text = [
        'server:',
        `  interface: 127.0.0.1@${port}`,
        ...['use-syslog: no', 'chroot: ""', 'username: ""', 'do-daemonize: no', 'module-config: "iterator"'],
        ...[
          `directory: "${folder}"`,
          `pidfile: "${folder}/pid"`,
          'do-not-query-localhost: no',
          'use-caps-for-id: yes',
        ],
        ...['domain-insecure: "mesos"', 'local-zone: "mesos." nodefault', 'cache-max-negative-ttl: 1'],
        'remote-control:',
        '  control-enable: no',
        'forward-zone:',
        '  name: "mesos"',
        `  forward-addr: 127.0.0.1@${started.dns.dns.port}`,
        '',
      ];
      writeFileSync(join(folder, 'unbound.conf'), text.join('\n'));
      const child: ChildProcess = spawn(UNBOUND, ['-d', '-c', join(folder, 'unbound.conf')], {
        stdio: 'ignore',
      });
      undo.push(() => end(child));
      await eventually('unbound', async () => (await dig('+short', 'leader.mesos')).includes('10.0.0.1'));
    });

    async function dig(...args: readonly string[]): Promise<string> {
      return (await run('dig', ['@127.0.0.1', '-p', String(port), '+tries=1', '+time=2', ...args])).stdout;
    }

    test('addresses and services', async () => {
      expect(await dig('+short', 'web.marathon.mesos')).toBe('10.9.0.1\n');
      expect(await dig('+short', '_web._tcp.marathon.mesos', 'SRV')).toMatch(
        /^0 1 31000 web-.*\.marathon\.slave\.mesos\.$/m,
      );
    });

    test('what does not fit over UDP', async () => {
      expect((await dig('+short', 'many.marathon.mesos')).trim().split('\n')).toHaveLength(60);
    });

    test('what does not exist, and what has no such records', async () => {
      expect(await dig('no.marathon.mesos')).toContain('status: NXDOMAIN');
      const empty = await dig('web.marathon.mesos', 'AAAA');
      expect(empty).toContain('status: NOERROR');
      expect(empty).toContain('ANSWER: 0');
    });

    test('a change is seen when the TTL is over', async () => {
      master.push(taskUpdated('test', 'TASK_RUNNING', '10.9.0.2', 2));
      await eventually(
        'the new address',
        async () => (await dig('+short', 'web.marathon.mesos')) === '10.9.0.2\n',
      );
    });
  },
);

/** The C library only asks port 53, so it gets a network and a resolv.conf of its own. */
function mayUnshare(): boolean {
  try {
    execFileSync('unshare', ['-n', '-m', 'true'], { stdio: 'ignore' });
    execFileSync('ip', ['-V'], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

const describeGlibc = mayUnshare() ? describe : describe.skip;

describeGlibc(`the C library${mayUnshare() ? '' : ' (skipped: needs root, unshare and ip)'}`, () => {
  test('finds addresses through getaddrinfo, and does not find what is not there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'glibc-'));
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    const { dns } = await start('127.0.0.1', 0, 'mesos-dns');
    await eventually('the zone', async () =>
      (
        await run('dig', ['@127.0.0.1', '-p', String(dns.dns.port), '+short', 'web.marathon.mesos'])
      ).stdout.includes('10.9'),
    );
    writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.0.0.53\noptions timeout:2 attempts:2\n');
    writeFileSync(join(folder, 'nsswitch.conf'), 'hosts: dns\n');
    // Port 53 of an address of this machine alone is passed on to where we listen, for as long as the test runs.
    const relay = join(folder, 'relay.js');
    writeFileSync(relay, RELAY);
    const child = spawn(process.execPath, [relay, String(dns.dns.port)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    undo.push(() => end(child));
    const up = await new Promise<boolean>((resolve) => {
      child.stdout?.once('data', () => resolve(true));
      child.once('exit', () => resolve(false));
    });
    if (!up) throw new Error('port 53 of 127.0.0.53 is taken');
    const inside = (command: string) =>
      run('unshare', [
        ...['-m', 'sh', '-c'],
        `mount --bind ${folder}/resolv.conf /etc/resolv.conf && mount --bind ${folder}/nsswitch.conf /etc/nsswitch.conf && ${command}`,
      ]);
    expect((await inside('getent ahostsv4 web.marathon.mesos')).stdout).toMatch(/^10\.9\.0\.1\s+STREAM/);
    expect((await inside('getent ahosts many.marathon.mesos | grep -c STREAM')).stdout.trim()).toBe('60');
    await expect(inside('getent ahosts no.marathon.mesos')).rejects.toThrow();
  });
});

const RELAY = `
const { createSocket } = require('node:dgram');
const { connect, createServer } = require('node:net');
const port = Number(process.argv[2]);
const udp = createSocket('udp4');
udp.on('message', (bytes, from) => {
  const out = createSocket('udp4');
  out.on('message', (reply) => { udp.send(reply, from.port, from.address); out.close(); });
  out.send(bytes, port, '127.0.0.1');
});
udp.bind(53, '127.0.0.53', () => {
  createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.pipe(far).pipe(near);
  }).listen(53, '127.0.0.53', () => console.log('up'));
});
`;

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
