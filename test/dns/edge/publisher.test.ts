import { VirtualClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import type { Zone } from '../../../dns/core/book';
import { readState } from '../../../dns/core/state-json';
import { BETWEEN_MS, Publisher } from '../../../dns/edge/publisher';
import { stateWith, zoneOptions } from '../builders';

test('many changes make few zones, the last one with all of them', async () => {
  const clock = new VirtualClock(5000);
  const zones: Zone[] = [];
  const wanted: string[][] = [];
  const publisher = new Publisher({
    ...{ zone: zoneOptions(), clock, log: silentLogger, note: () => undefined },
    hosts: { lookup: () => [], want: (hosts) => void wanted.push([...hosts]) },
    publish: (zone) => void zones.push(zone),
  });
  publisher.changed();
  clock.advance(0);
  expect(zones).toHaveLength(0);
  const cluster = readState(stateWith({}), () => undefined);
  for (let change = 0; change < 100; change++) publisher.changed(cluster);
  clock.advance(0);
  expect(zones.map((zone) => zone.authority.serial)).toEqual([5]);
  cluster.leader = { host: '10.0.0.9', port: 5050 };
  for (let change = 0; change < 100; change++) publisher.changed(cluster);
  clock.advance(BETWEEN_MS - 1);
  expect(zones).toHaveLength(1);
  clock.advance(1);
  expect([...(zones[1]?.nodes.get('leader.mesos')?.a ?? [])]).toEqual(['10.0.0.9']);
  expect(wanted).toEqual([['host'], ['host']]);
  await publisher.stop();
  publisher.changed(cluster);
  expect(clock.next()).toBeUndefined();
});
