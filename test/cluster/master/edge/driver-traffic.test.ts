import { DriverTraffic, readRateLimits } from '../../../../cluster/master/edge/driver-traffic';
import { VirtualClock } from '../../../../cluster/runtime/clock';
import { keepingLogger } from '../../runtime/recorded-log';

const NAME = 'mesos.scheduler.Call';

/** Drivers at `<principal>@host:1`; `nobody@...` has none, `stranger@...` is not registered. */
class Road {
  readonly clock = new VirtualClock(0);
  readonly log = keepingLogger();
  readonly done: string[] = [];
  readonly errors: string[] = [];
  readonly traffic: DriverTraffic;

  constructor(limits?: object) {
    this.traffic = new DriverTraffic({
      limits: limits && readRateLimits(JSON.stringify(limits)),
      clock: this.clock,
      log: this.log,
      frameworkOf: (pid) => {
        const [principal = ''] = pid.split('@');
        if (principal === 'stranger') return undefined;
        return principal === 'nobody' ? {} : { principal };
      },
      tellError: (to, message) => this.errors.push(`${to}: ${message}`),
    });
  }

  send(who: string, ...words: string[]): void {
    for (const word of words) {
      const message = { from: `${who}@host:1`, name: NAME, body: Buffer.alloc(0) };
      this.traffic.pass(message, () => {
        if (word === 'bad') throw new Error('unreadable');
        this.done.push(word);
      });
    }
  }

  taken(): string[] {
    return this.done.splice(0);
  }
}

const ANN = { limits: [{ principal: 'ann', qps: 2, capacity: 2 }] };

describe('messages of drivers', () => {
  it('pass at once without limits, and are counted by principal', () => {
    const road = new Road();
    road.send('ann', '1', '2');
    road.send('nobody', '3');
    road.send('stranger', '4');
    expect(road.taken()).toEqual(['1', '2', '3', '4']);
    expect(road.traffic.metrics(['ann', 'bob'])).toEqual({
      'frameworks/ann/messages_received': 2,
      'frameworks/ann/messages_processed': 2,
      'frameworks/bob/messages_received': 0,
      'frameworks/bob/messages_processed': 0,
    });
    expect(road.traffic.metrics([])).toEqual({});
    expect(road.traffic.metrics(['ann'])['frameworks/ann/messages_received']).toBe(0);
  });

  it('are delivered at an even rate and in order, and the end of the connection after them', () => {
    const road = new Road(ANN);
    road.send('ann', '1', '2', '3');
    road.traffic.exited('ann@host:1', () => road.done.push('exited'));
    expect(road.taken()).toEqual(['1']);
    road.clock.advance(499);
    expect(road.taken()).toEqual([]);
    road.clock.advance(1);
    expect(road.taken()).toEqual(['2']);
    expect(road.traffic.metrics(['ann'])).toMatchObject({
      'frameworks/ann/messages_received': 3,
      'frameworks/ann/messages_processed': 2,
    });
    road.clock.advance(500);
    expect(road.taken()).toEqual(['3']);
    road.clock.advance(500);
    expect(road.taken()).toEqual(['exited']);
    road.clock.advance(100_000);
    road.send('ann', '4');
    expect(road.taken()).toEqual(['4']);
  });

  it('are dropped past the capacity, and the driver is told to abort', () => {
    const road = new Road(ANN);
    road.send('ann', '1', '2', '3', '4');
    expect(road.errors).toEqual([`ann@host:1: Message ${NAME} dropped: capacity(2) exceeded`]);
    road.clock.advance(2000);
    expect(road.taken()).toEqual(['1', '2', '3']);
    road.send('ann', '5');
    expect(road.taken()).toEqual(['5']);
  });

  it('of several drivers of a principal share its limit, those of others are not limited', () => {
    const road = new Road({ limits: [{ principal: 'ann', qps: 2 }, { principal: 'free' }] });
    road.send('ann', '1', '2');
    road.send('free', '3', '4');
    road.send('bob', '5', '6');
    road.send('nobody', '7', '8');
    expect(road.taken()).toEqual(['1', '3', '4', '5', '6', '7', '8']);
  });

  it('of principals without a limit share the default; those of unregistered drivers are not limited', () => {
    const road = new Road({
      limits: [{ principal: 'free' }],
      aggregate_default_qps: 1,
      aggregate_default_capacity: 1,
    });
    road.send('bob', '1');
    road.send('nobody', '2');
    road.send('carl', '3');
    road.send('free', '4', '5');
    road.send('stranger', '6', '7');
    road.traffic.exited('slave(1)@host:5051', () => road.done.push('agent'));
    expect(road.taken()).toEqual(['1', '4', '5', '6', '7']);
    expect(road.errors).toEqual([`carl@host:1: Message ${NAME} dropped: capacity(1) exceeded`]);
    road.traffic.stop();
    road.clock.advance(10_000);
    expect(road.taken()).toEqual([]);
  });

  it('that waited and cannot be read are logged, and those behind them are delivered', () => {
    const road = new Road({ limits: [{ principal: 'ann', qps: 2 }] });
    road.send('ann', '1', 'bad', '2');
    road.clock.advance(2000);
    expect(road.taken()).toEqual(['1', '2']);
    expect(road.log.lines.map(({ text }) => text)).toEqual(['dropped a message']);
  });

  it('are delivered as fast as the limit allows, though timers are slower', () => {
    const road = new Road({ limits: [{ principal: 'ann', qps: 5000 }] });
    road.send('ann', ...Array.from({ length: 100 }, String));
    road.clock.advance(20);
    expect(road.taken()).toHaveLength(100);
  });
});

describe('--rate_limits', () => {
  it.each([
    ['{', 'JSON'],
    ['{"limits": [{"qps": 1}]}', 'principal'],
    ['{"limits": [{"principal": "a"}, {"principal": "a"}]}', 'Duplicate principal a found'],
    ['{"limits": [{"principal": "a", "qps": 0}]}', 'Invalid qps: 0. It must be a positive number'],
    ['{"aggregate_default_qps": -1}', 'Invalid aggregate_default_qps: -1. It must be a positive number'],
  ])('refuses %s', (text, why) => {
    expect(() => readRateLimits(text)).toThrow('--rate_limits: ');
    expect(() => readRateLimits(text)).toThrow(why);
  });

  it('may be left out', () => {
    expect(readRateLimits(undefined)).toBeUndefined();
  });
});
