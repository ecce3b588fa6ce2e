/**
 * What dig, the tool people use, sees.
 */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../cluster/runtime/clock';
import { parseFlags } from '../../cluster/runtime/config/flags';
import { silentLogger } from '../../cluster/runtime/log';
import { dnsFlags, readDnsConfig } from '../../dns/config';
import { startDns } from '../../dns/main';
import { eventually } from '../dns/builders';
import { FakeMaster } from '../dns/fake-master';
import { agent, framework, getState, task } from '../dns/v1';

const run = promisify(execFile);
let dns: Awaited<ReturnType<typeof startDns>>;
let master: FakeMaster;

async function dig(...args: readonly string[]): Promise<string> {
  const base = ['@127.0.0.1', '-p', String(dns.dns.port), '+tries=1', '+time=3'];
  return (await run('dig', [...base, ...args])).stdout;
}

beforeAll(async () => {
  const many = Array.from({ length: 150 }, (_, index) =>
    task(`many.${index}`, { name: 'many', statuses: [at(`10.1.0.${index}`)] }),
  );
  master = await FakeMaster.start({
    snapshot: getState({
      agents: [agent('x-S0', '10.0.0.2')],
      frameworks: [framework('f1', 'marathon')],
      tasks: [task('test', { name: 'web', statuses: [at('10.9.0.1')], resources: [ONE_PORT] }), ...many],
    }),
  });
  const args = [
    '--masters',
    `127.0.0.1:${master.port}`,
    '--port',
    '0',
    '--http-port',
    '0',
    '--external',
    'off',
  ];
  const { flags } = parseFlags(dnsFlags, { command: 'dns', about: '', args, env: {} });
  dns = await startDns(readDnsConfig(flags), { log: silentLogger, clock: systemClock() });
  await eventually(
    () => dig('leader.mesos'),
    (text) => text.includes('status: NOERROR'),
  );
});

afterAll(async () => {
  await dns?.stop();
  await master?.die();
});

const ONE_PORT = { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 31_000, end: 31_000 }] } };

function at(address: string): object {
  const network_infos = [{ ip_addresses: [{ ip_address: address }] }];
  return { state: 'TASK_RUNNING', timestamp: 1, container_status: { network_infos } };
}

test('an address', async () => {
  expect(await dig('+short', 'web.marathon.mesos')).toBe('10.9.0.1\n');
  expect(await dig('+short', '+tcp', 'WEB.marathon.mesos')).toBe('10.9.0.1\n');
});

test('services with their addresses, and no complaint about the message', async () => {
  const text = await dig('_web._tcp.marathon.mesos', 'SRV');
  expect(text).toMatch(
    /_web\._tcp\.marathon\.mesos\.\s+60\s+IN\s+SRV\s+0 1 31000 web-iffe9-s0\.marathon\.slave\.mesos\./,
  );
  expect(text).toMatch(/web-iffe9-s0\.marathon\.slave\.mesos\.\s+60\s+IN\s+A\s+10\.0\.0\.2/);
  expect(text).toContain('EDNS: version: 0, flags:; udp: 1232');
  expect(text).not.toMatch(/malformed|extra|bad/i);
});

test('NXDOMAIN and NODATA have a SOA', async () => {
  const missing = await dig('no.mesos');
  expect(missing).toContain('status: NXDOMAIN');
  expect(missing).toMatch(/^no\.mesos\.\s+60\s+IN\s+SOA\s+ns1\.mesos\. root\.ns1\.mesos\./m);
  const empty = await dig('web.marathon.mesos', 'MX');
  expect(empty).toContain('status: NOERROR');
  expect(empty).toMatch(/ANSWER: 0, AUTHORITY: 1/);
});

test('SOA and NS stand in the authority section, as in the original', async () => {
  expect(await dig('+noall', '+authority', 'mesos', 'SOA')).toMatch(
    /^mesos\.\s+60\s+IN\s+SOA\s+ns1\.mesos\. root\.ns1\.mesos\. \d+ 60 600 86400 60\n$/,
  );
  expect(await dig('+noall', '+authority', 'mesos', 'NS')).toMatch(
    /^mesos\.\s+60\s+IN\s+NS\s+ns1\.mesos\.\n$/,
  );
});

test('the dig lines of the README', async () => {
  const readme = readFileSync(join(__dirname, '../../dns/README.md'), 'utf8');
  const block = /```\n(\$ dig[\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const runs = block.split(/^\$ dig /m).slice(1);
  expect(runs.length).toBeGreaterThan(3);
  for (const command of runs) {
    const [line = '', ...expected] = command.trim().split('\n');
    expect(plain(await dig(...line.split(' ')))).toEqual(expected);
  }
});

/** What differs from run to run is named, blanks are single, empty lines and dig's own first lines are left out. */
function plain(text: string): string[] {
  return text
    .replace(/, id: \d+/, ', id: ID')
    .replace(/COOKIE: [0-9a-f]+/, 'COOKIE: COOKIE')
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '' && !/^; <<>>|^;; global/.test(line));
}

test('a long answer is cut over UDP and whole over TCP, which dig turns to by itself', async () => {
  expect(await dig('+ignore', 'many.marathon.mesos')).toMatch(/flags: qr aa tc rd/);
  const text = await dig('many.marathon.mesos');
  expect(text).toContain('Truncated, retrying in TCP mode');
  expect(text).toMatch(/ANSWER: 150,/);
  expect(
    (await dig('+noedns', '+ignore', '+short', 'many.marathon.mesos')).trim().split('\n').length,
  ).toBeGreaterThan(20);
});

test('EDNS versions, opcodes and names of others', async () => {
  expect(await dig('+edns=1', '+noednsnegotiation', 'leader.mesos')).toContain('status: BADVERS');
  expect(await dig('+opcode=status', 'leader.mesos')).toContain('status: NOTIMP');
  expect(await dig('example.com')).toContain('status: REFUSED');
});
