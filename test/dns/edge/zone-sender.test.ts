import { VirtualClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import { Mailbox } from '../../../cluster/runtime/mailbox';
import { CHANGES_APART_MS } from '../../../dns/core/builder/publishing';
import { PARTS_OUT_MAX } from '../../../dns/core/builder/state';
import { createLiveZone } from '../../../dns/core/live/live-zone';
import { createStateReader } from '../../../dns/core/read/state-json';
import { builderMachine } from '../../../dns/core/step';
import { PART_ENTRIES } from '../../../dns/core/table/zone-table';
import type { ZoneChange } from '../../../dns/core/zone/zone';
import { PARTS_PRELOADED_MAX, ZoneSender } from '../../../dns/edge/zone-sender';
import { readState, stateWith, zoneFrom, zoneOptions } from '../builders';

function setUp(take: () => Promise<void> = async () => undefined) {
  const clock = new VirtualClock(5000);
  const changes: ZoneChange[] = [];
  const wanted: string[][] = [];
  const live = createLiveZone(zoneOptions(), () => undefined);
  const sender = new ZoneSender({
    ...{ live, clock, post: (event) => mailbox.post(event) },
    publish: (change) => {
      changes.push(change);
      return take();
    },
  });
  const nothing = (): void => undefined;
  const mailbox = new Mailbox({
    ...{
      machine: builderMachine,
      boot: { masters: ['m'], refreshMs: 60_000, detectionMs: 0 },
      clock,
      log: silentLogger,
    },
    ...{ isStrict: true },
    onBroken: (error) => {
      throw error;
    },
    perform: {
      ...sender.performers,
      'look-up-hosts': () => void wanted.push([...live.hosts()]),
      ...{ open: nothing, poll: nothing, close: nothing, load: nothing, 'ask-pids': nothing },
      ...{ settled: nothing, status: nothing, lose: nothing },
    },
  });
  const publisher = {
    preload: () => sender.preload(),
    changed: () => mailbox.post({ kind: 'host.changed', host: 'h' }),
    load: () => {
      mailbox.post({ kind: 'started' });
      mailbox.post({ kind: 'stream.opened', attempt: 1, url: 'm' });
      mailbox.post({ kind: 'stream.begun', attempt: 1, heartbeatMs: 1e9, tasks: 1, agents: 1 });
    },
    stop: async () => {
      await mailbox.stop();
      await sender.stop();
    },
  };
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { clock, changes, wanted, live, publisher, settle };
}

test('many changes go out as one, the later ones only with what they are about', async () => {
  const { clock, changes, wanted, live, publisher, settle } = setUp();
  publisher.changed();
  clock.advance(0);
  expect(changes).toHaveLength(0);
  live.replace(readState(stateWith({})));
  publisher.load();
  for (let change = 0; change < 100; change++) publisher.changed();
  clock.advance(0);
  await settle();
  expect(changes.map(({ head, fresh }) => [head.authority.serial, fresh])).toEqual([[5, true]]);
  live.setLeader({ host: '10.0.0.9', port: 5050 });
  for (let change = 0; change < 100; change++) publisher.changed();
  clock.advance(CHANGES_APART_MS - 1);
  expect(changes).toHaveLength(1);
  clock.advance(1);
  await settle();
  expect(changes[1]).toMatchObject({ fresh: false, last: true });
  expect(changes[1]?.entries.map((entry) => entry?.includes('leader.mesos'))).toEqual([true]);
  expect(wanted).toEqual([['host'], ['host']]);
  await publisher.stop();
  publisher.changed();
  expect(clock.next()).toBeUndefined();
});

test('few parts are on their way at one time, and changes wait for the last part', async () => {
  const out: (() => void)[] = [];
  const { clock, changes, live, publisher, settle } = setUp(
    () =>
      new Promise((resolve) => {
        out.push(resolve);
      }),
  );
  live.replace(readState(stateWith(...Array.from({ length: 2000 }, () => ({})))));
  publisher.load();
  clock.advance(0);
  expect(changes.map(({ last }) => last)).toEqual(new Array(PARTS_OUT_MAX).fill(false));
  live.setLeader({ host: '10.0.0.9', port: 5050 });
  publisher.changed();
  clock.advance(CHANGES_APART_MS);
  expect(changes).toHaveLength(PARTS_OUT_MAX);
  for (let part = 0; part < 40; part++) {
    out.shift()?.();
    await settle();
    clock.advance(CHANGES_APART_MS);
  }
  // What has changed before the last part was made may be in it; the rest follows.
  expect(changes.filter(({ fresh, last }) => fresh && last)).toHaveLength(1);
  expect(changes.at(-1)?.last).toBe(true);
  expect(zoneFrom(changes).node('leader.mesos')?.a).toEqual(['10.0.0.9']);
  await publisher.stop();
});

test('reading waits when many parts of the state that is being read are on their way', async () => {
  const out: (() => void)[] = [];
  const { changes, live, publisher, settle } = setUp(
    () =>
      new Promise((resolve) => {
        out.push(resolve);
      }),
  );
  const watcher = publisher.preload();
  const state = stateWith(...Array.from({ length: (PARTS_PRELOADED_MAX + 2) * PART_ENTRIES }, () => ({})));
  const waits: Promise<void>[] = [];
  let seen = 0;
  let waitedAt = 0;
  const reader = createStateReader(
    () => undefined,
    watcher && {
      observe: (...observed) => {
        watcher.observe(...observed);
        seen++;
        const wait = watcher.whenReady();
        if (!wait) return;
        waitedAt ||= seen;
        waits.push(wait);
      },
    },
  );
  reader.feed(Buffer.from(JSON.stringify(state)));
  expect(changes).toHaveLength(PARTS_PRELOADED_MAX + 2);
  expect(waitedAt).toBe((PARTS_PRELOADED_MAX + 1) * PART_ENTRIES);
  for (const acknowledge of out) acknowledge();
  await settle();
  await Promise.all(waits);
  expect(watcher?.whenReady()).toBeUndefined();
  live.replace(reader.finish().cluster);
  expect(publisher.preload()).toBeDefined();
  await publisher.stop();
});
