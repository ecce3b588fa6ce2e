import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../cluster/runtime/clock';
import { parseFlags } from '../../../cluster/runtime/config/flags';
import { type Logger, silentLogger } from '../../../cluster/runtime/log';
import { readRecording } from '../../../cluster/runtime/recording/recording';
import { replay } from '../../../cluster/runtime/recording/replay';
import { dnsFlags, readDnsConfig } from '../../../dns/config';
import type { BuilderStatus } from '../../../dns/core/supervisor/supervisor';
import { supervisorMachine } from '../../../dns/core/supervisor/supervisor';
import { createTable } from '../../../dns/core/table/zone-table';
import type { ZoneChange } from '../../../dns/core/zone/zone';
import { startThread } from '../../../dns/edge/builder-supervisor';
import type { ZoneBuilder } from '../../../dns/edge/zone-builder';
import { eventually, stateWith, zoneOf } from '../builders';

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of undo.splice(0).reverse()) await stop();
});

const parts = zoneOf(stateWith(...Array.from({ length: 900 }, () => ({})))).changes;

/** A thread that does what the lines say; `turn` is how many there were before it. */
function thread(lines: string, ...args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'thread-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'thread.js');
  writeFileSync(join(folder, 'parts.json'), JSON.stringify(parts));
  writeFileSync(
    file,
    `const { parentPort } = require('node:worker_threads');
     const { appendFileSync, readFileSync } = require('node:fs');
     const parts = JSON.parse(readFileSync(__dirname + '/parts.json', 'utf8'));
     appendFileSync(__dirname + '/turns', '.');
     const turn = readFileSync(__dirname + '/turns', 'utf8').length - 1;
     const say = (message) => parentPort.postMessage(message);
     const change = (part) => say({ kind: 'change', change: part });
     parentPort.on('message', ({ kind, id, name }) => {
       if (kind === 'stop') say({ kind: 'stopped' });
       if (kind === 'ask' && name !== 'never') say({ kind: 'answer', id, body: Buffer.from('about ' + name) });
     });
     ${lines}`,
  );
  const { flags } = parseFlags(dnsFlags, {
    command: 'dns',
    about: '',
    args: ['--masters', 'm:1', ...args],
    env: {},
  });
  const seen: { changes: ZoneChange[]; statuses: BuilderStatus[]; errors: string[]; lost: string[] } = {
    ...{ changes: [], statuses: [], errors: [], lost: [] },
  };
  const log: Logger = { ...silentLogger, error: (_fields, text) => void seen.errors.push(text) };
  const table = createTable();
  const options = { file, config: readDnsConfig(flags), clock: systemClock(), log };
  const source: ZoneBuilder = startThread(options, {
    change: (part) => {
      seen.changes.push(part);
      table.apply(part);
    },
    status: (status) => void seen.statuses.push(status),
    lost: (reason) => void seen.lost.push(reason),
  });
  undo.push(() => source.stop());
  return { source, seen, table };
}

test('the parts of a zone are taken in their order, each in a pass of the event loop of its own', async () => {
  const { seen, table } = thread(`parts.forEach(change);`);
  let turns = 0;
  const count = (): void => {
    if (table.zone()) return;
    if (seen.changes.length > 0) turns++;
    setImmediate(count);
  };
  count();
  await eventually(
    () => table.size(),
    (size) => size > 3000,
  );
  expect(parts.length).toBeGreaterThan(2);
  expect(turns).toBeGreaterThanOrEqual(parts.length - 1);
});

test('a thread that fails in the middle of a zone is started again, and the names of before stay', async () => {
  const { source, seen, table } = thread(`
    if (turn === 0) {
      change(parts[0]);
      say({ kind: 'status', status: { source: 'stream', heardAt: 5, failures: 2, tasks: 1 } });
      setTimeout(() => { throw new Error('broken'); }, 50);
    } else { parts.forEach(change); }`);
  for (const change of zoneOf({ leader: 'master@10.0.0.7:5050' }).changes) table.apply(change);
  await eventually(
    () => seen.errors.length,
    (count) => count === 1,
  );
  expect(table.zone()?.node('leader.mesos')?.a).toEqual(['10.0.0.7']);
  expect(seen.statuses.at(-1)).toEqual({ source: 'none', heardAt: 5, failures: 3, tasks: 1 });
  await expect(source.ask('why', 'x')).rejects.toThrow('started again');
  await eventually(
    () => table.zone()?.node('leader.mesos')?.a,
    (addresses) => addresses?.[0] === '10.0.0.1',
  );
  expect(table.zone()?.node('task899.marathon.mesos')?.a).toEqual(['10.0.0.2']);
  expect(Buffer.from(await source.ask('why', 'x')).toString()).toBe('about x');
  expect(seen.lost).toEqual([]);
});

test('not more than a hundred questions about the cluster wait', async () => {
  const { source } = thread('');
  expect(Buffer.from(await source.ask('why', 'x')).toString()).toBe('about x');
  const waiting = Array.from({ length: 100 }, () => source.ask('why', 'never').catch(() => undefined));
  await expect(source.ask('why', 'x')).rejects.toThrow('too many');
  await source.stop();
  await Promise.all(waiting);
});

test('the life of threads is recorded, and leads to the same state again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'record-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const { source, seen } = thread(
    "if (turn === 0) throw new Error('broken'); say({ kind: 'lost', reason: 'no leader' });",
    '--record',
    folder,
  );
  await eventually(
    () => seen.lost.length,
    (count) => count === 1,
  );
  await source.stop();
  const recording = readRecording(readFileSync(join(folder, 'dns.rec'), 'utf8'));
  expect(recording.events.map((event) => (event as { kind: string }).kind)).toEqual([
    ...['started', 'thread.ended', 'woke', 'source.lost', 'stop.requested', 'thread.stopped'],
  ]);
  expect(replay(recording, supervisorMachine)).toMatchObject({ same: true, state: { thread: 2 } });
});
