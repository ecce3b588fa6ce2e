import type * as scheduler from '../../../../cluster/api/generated/scheduler';
import type { MediaType } from '../../../../cluster/api/media-type';
import { systemClock } from '../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../cluster/runtime/log';
import type { SchedulerNotice } from '../../../../frameworks/scheduler/core/session';
import { createScheduler, type Scheduler } from '../../../../frameworks/scheduler/edge/scheduler';
import { FakeMaster, until } from '../../fake-master';

const INFO = { user: 'root', name: 'test', roles: ['*'] };

describe('a scheduler over real HTTP', () => {
  let master: FakeMaster;
  let running: Scheduler;
  let notices: SchedulerNotice[];
  let refused: [scheduler.Call, string][];

  const start = (masters: readonly string[], mediaType?: MediaType): Scheduler => {
    running = createScheduler({
      masters,
      clock: systemClock(),
      log: silentLogger,
      seed: 1,
      mediaType,
      onNotice: (notice) => notices.push(notice),
      onRefused: (call, reason) => refused.push([call, reason]),
      onBroken: (error) => {
        throw error;
      },
    });
    running.setFramework(INFO);
    return running;
  };

  beforeEach(async () => {
    notices = [];
    refused = [];
    master = await new FakeMaster().start();
  });

  afterEach(async () => {
    await running.stop();
    await master.stop();
  });

  it.each(['application/json', 'application/x-protobuf'] as const)(
    'subscribes and hears events in %s',
    async (type) => {
      start([master.url], type);
      await until('the subscription', () => notices.length === 1);
      expect(notices[0]).toMatchObject({ kind: 'subscribed', url: master.url });
      expect(master.mediaType).toBe(type);
      master.offer('O1');
      await until('the offer', () => notices.length === 2);
      expect(notices[1]).toMatchObject({ kind: 'event', event: { type: 'OFFERS' } });
    },
  );

  it('sends calls in order, on the stream of the subscription', async () => {
    const client = start([master.url]);
    await until('the subscription', () => notices.length === 1);
    for (let index = 0; index < 50; index++) {
      client.call({
        framework_id: { value: master.frameworkId },
        type: 'KILL',
        kill: { task_id: { value: `t${index}` } },
      });
    }
    await until('all calls', () => master.calls.length === 50);
    expect(master.calls.map(({ kill }) => kill?.task_id.value)).toEqual(
      Array.from({ length: 50 }, (_unused, index) => `t${index}`),
    );
    expect(master.problems).toEqual([]);
  });

  it('reports refused calls and goes on with the next', async () => {
    const client = start([master.url]);
    await until('the subscription', () => notices.length === 1);
    master.refuse.add('REVIVE');
    client.call({ framework_id: { value: master.frameworkId }, type: 'REVIVE' });
    client.call({ framework_id: { value: master.frameworkId }, type: 'SUPPRESS' });
    await until('both calls', () => master.calls.length === 2);
    await until('the refusal', () => refused.length === 1);
    expect(refused[0]?.[1]).toBe('HTTP 400: no');
  });

  it('reports calls without a subscription', async () => {
    master.refuseSubscribe = 503;
    start([master.url]).call({ type: 'REVIVE' });
    await until('the refusal', () => refused.length === 1);
    expect(refused[0]?.[1]).toBe('not subscribed');
  });

  it('follows a redirect to the leader', async () => {
    const standby = await new FakeMaster().start();
    standby.redirectTo = master.url;
    start([standby.url]);
    await until('the subscription', () => notices.length === 1);
    expect(notices[0]).toMatchObject({ url: master.url });
    await standby.stop();
  });

  it('subscribes again after the stream broke, within a moment', async () => {
    start([master.url]);
    await until('the subscription', () => notices.length === 1);
    running.setFramework({ ...INFO, id: { value: 'F-0001' } });
    master.hangUp();
    await until('the new subscription', () => notices.length === 3);
    expect(notices.map(({ kind }) => kind)).toEqual(['subscribed', 'disconnected', 'subscribed']);
    expect(master.subscriptions[1]).toMatchObject({ framework_id: { value: 'F-0001' } });
  });

  it('tries the next address when one cannot be reached', async () => {
    start(['http://127.0.0.1:1', master.url]);
    await until('the subscription', () => notices.length === 1);
  });
});
